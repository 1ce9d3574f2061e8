import type { NetnsLab } from '../lab.ts';
import type { Topology } from '../plan.ts';

/** What a fault is done to. Every field has a default, and each fault reads only those it knows. */
export interface FaultTarget {
  /** Counted from 1. */
  pair?: number;
  /** Index of the VF, veth pair or TAP pair. */
  index?: number;
  /** A key of external_ids, or a sysctl. */
  key?: string;
  value?: string;
}

/** Puts back what a fault broke, and waits until that is so. */
export type Undo = () => Promise<void>;

export interface Fault {
  name: string;
  /** What is wrong with the lab once the fault is applied. */
  summary: string;
  topologies: readonly Topology[];
  apply(lab: NetnsLab, target?: FaultTarget): Promise<Undo>;
}

type Apply = (lab: NetnsLab, target: FaultTarget) => Promise<Undo>;

/** A fault that only exists in the given topologies and says so when applied to another. */
export function fault(topologies: readonly Topology[], name: string, summary: string, apply: Apply): Fault {
  return {
    name,
    summary,
    topologies,
    async apply(lab, target = {}) {
      if (!topologies.includes(lab.topology)) {
        throw new Error(`fault ${name} is for ${topologies.join(', ')}, not for ${lab.topology}`);
      }
      return await apply(lab, target);
    },
  };
}

/** Undoes in the reverse order. */
export function undoAll(undos: readonly Undo[]): Undo {
  return async () => {
    for (const undo of [...undos].reverse()) await undo();
  };
}
