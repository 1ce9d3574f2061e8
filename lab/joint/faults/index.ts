import { dpuFaults } from './dpu.ts';
import type { JointFault } from './fault.ts';
import { nodeFaults } from './nodes.ts';
import { objectFaults } from './objects.ts';

export type { JointFault, JointTarget } from './fault.ts';

/** Every fault of the joint testbed; those of the netns testbed can be applied to its nodes, too. */
export const jointFaults: readonly JointFault[] = [...nodeFaults, ...objectFaults, ...dpuFaults];

export function findJointFault(name: string): JointFault {
  const found = jointFaults.find((one) => one.name === name);
  if (!found) throw new Error(`no fault ${name}`);
  return found;
}
