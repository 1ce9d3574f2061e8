export { findJointFault, type JointFault, type JointTarget, jointFaults } from './faults/index.ts';
export { downJointLab, JointLab, type JointLabOptions, openJointLab } from './lab.ts';
export type { VfPod } from './pods.ts';
export { upJointLab } from './up.ts';
