import type { Topology } from '../plan.ts';
import { daemonFaults } from './daemons.ts';
import type { Fault } from './fault.ts';
import { linkFaults } from './links.ts';
import { ovsFaults } from './ovs.ts';
import { ovsSettingFaults } from './ovs-settings.ts';
import { podFaults } from './pods.ts';
import { programFaults } from './programs.ts';
import { settingFaults } from './settings.ts';
import { sriovFaults } from './sriov.ts';
import { tapFaults } from './tap.ts';
import { trafficFaults } from './traffic.ts';
import { underlayFaults } from './underlay.ts';
import { vethFaults } from './veth.ts';

export type { Fault, FaultTarget, Undo } from './fault.ts';

/** Every fault that the lab knows, each of which breaks one thing and can put it back. */
export const faults: readonly Fault[] = [
  ...linkFaults,
  ...sriovFaults,
  ...ovsFaults,
  ...daemonFaults,
  ...ovsSettingFaults,
  ...programFaults,
  ...settingFaults,
  ...vethFaults,
  ...tapFaults,
  ...trafficFaults,
  ...podFaults,
  ...underlayFaults,
];

export function findFault(name: string): Fault {
  const found = faults.find((one) => one.name === name);
  if (!found) throw new Error(`no fault ${name}`);
  return found;
}

export function faultsOf(topology: Topology): Fault[] {
  return faults.filter(({ topologies }) => topologies.includes(topology));
}
