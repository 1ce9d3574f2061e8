import type { Check } from '../define.ts';
import { danglingRepresentors } from './dangling-representors.ts';
import { deviceDuplicates } from './device-duplicates.ts';
import { podPorts } from './pod-ports.ts';
import { portDuplicates } from './port-duplicates.ts';
import { portsWithoutPod } from './ports-without-pod.ts';
import { vfRepresentors } from './vf-representors.ts';

/** What both sides of a pair and their cluster tell together, each after those that it hangs on. */
export const CHAIN_CHECKS: readonly Check[] = [
  vfRepresentors,
  portDuplicates,
  deviceDuplicates,
  podPorts,
  danglingRepresentors,
  portsWithoutPod,
];
