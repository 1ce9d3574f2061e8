import type { Undo } from '../../netns/faults/index.ts';
import type { JointLab } from '../lab.ts';

export type { Undo };

/** What a fault is done to. Every field has a default, and each fault reads only those it knows. */
export interface JointTarget {
  /** Counted from 1. */
  pair?: number;
  /** Index of a VF that no pod has. */
  index?: number;
  /** Name of a running pod; the first one on the pair's host unless given. */
  pod?: string;
  value?: string;
}

export interface JointFault {
  name: string;
  /** What is wrong with the lab once the fault is applied. */
  summary: string;
  /** Returns what puts it back and waits until that is so. */
  apply(lab: JointLab, target?: JointTarget): Promise<Undo>;
}

export const fault = (
  name: string,
  summary: string,
  apply: (lab: JointLab, target: JointTarget) => Promise<Undo>,
): JointFault => ({ name, summary, apply: (lab, target = {}) => apply(lab, target) });
