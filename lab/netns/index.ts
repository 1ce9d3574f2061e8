export { type Fault, type FaultTarget, faults, faultsOf, findFault, type Undo } from './faults/index.ts';
export { downNetnsLab, NetnsLab, type NetnsLabOptions, openNetnsLab, upNetnsLab } from './lab.ts';
export { LabNode } from './node.ts';
export type { Role, Topology } from './plan.ts';
export type { RunOptions, RunResult } from './run.ts';
export { type StandIn, type StandInOptions, startStandIn, stopStandIn } from './stand-in.ts';
export type { TopologyOptions } from './topology.ts';
