import type { Profile } from '../types.ts';

/** One thing broken for real, and how it is made whole again. */
export interface Fault {
  name: string;
  profile: Profile;
  /** What is wrong then, as somebody who finds it would say. */
  title: string;
  /** Scripts for `sh -eu` in the machine. */
  apply: string;
  undo: string;
}

export type FaultList = Record<string, Omit<Fault, 'name' | 'profile'>>;

export function named(profile: Profile, list: FaultList): Fault[] {
  return Object.entries(list).map(([name, fault]) => ({ name, profile, ...fault }));
}
