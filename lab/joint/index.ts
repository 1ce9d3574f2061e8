export { findJointFault, type JointFault, type JointTarget, jointFaults } from './faults/index.ts';
export { downJointLab, JointLab, type JointLabOptions, openJointLab, upJointLab } from './lab.ts';
export type { VfPod } from './pods.ts';
