import { servesOvn, showsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Interface, Ovs } from '../../facts/ovs.ts';
import type { Process } from '../../facts/processes.ts';
import type { Subject } from '../define.ts';

/** Why a check has nothing to look at. */
export const NO_OVS = 'no Open vSwitch runs on this node: /var/run/openvswitch/db.sock does not exist';

const NO_OVN =
  'OVN does not use the Open vSwitch of this node: no external_ids:ovn-remote, no integration bridge';

/** Of a simulated node as the documents leave it before they deploy OVN-Kubernetes on it. */
const NOT_DEPLOYED =
  'OVN-Kubernetes is not deployed on this simulated node yet: no ovnkube, no ovn-controller, no external_ids:ovn-remote';

/** Why OVN does nothing with the Open vSwitch of this node; undefined where it does, or must. */
export function withoutOvn(
  { ovs, processes }: { readonly ovs: Ovs; readonly processes: readonly Process[] },
  { role, simulation }: Subject,
): string | undefined {
  if (!ovs.present) return NO_OVS;
  if (simulation !== undefined && !showsOvnKubernetes(ovs, processes)) return NOT_DEPLOYED;
  return servesOvn(ovs, role) ? undefined : NO_OVN;
}

/** What the record Open_vSwitch says for this key. */
export const externalId = (ovs: Ovs, key: string): Evidence =>
  evidence(
    `ovs-vsctl get Open_vSwitch . external_ids:${key}`,
    ovs.openVSwitch.externalIds.get(key) ?? 'no such key',
  );

/** What the record of an interface says in one of its columns. */
export const ofInterface = (netdev: Interface, column: 'error' | 'options' | 'type'): Evidence =>
  evidence(`ovs-vsctl get Interface ${netdev.name} ${column}`, columnText(netdev, column));

const columnText = (netdev: Interface, column: 'error' | 'options' | 'type'): string => {
  if (column !== 'options') return netdev[column] || '[]';
  return `{${[...netdev.options].map(([key, value]) => `${key}=${value}`).join(', ')}}`;
};

/** The ports of a bridge, as list-ports gives them. */
export const portsOf = (bridge: Ovs['bridges'][number]): Evidence =>
  evidence(`ovs-vsctl list-ports ${bridge.name}`, bridge.ports.map(({ name }) => name).join(' ') || 'none');

export const bridgesOf = (ovs: Ovs): Evidence =>
  evidence('ovs-vsctl list-br', ovs.bridges.map(({ name }) => name).join(' ') || 'none');

/** OVN's databases have servers of the same name, on every node of an interconnected cluster: their arguments name them. */
const SERVES_OVN = /\/ovn\/|ovn_?[ns]b|OVN_(Northbound|Southbound|IC_)/;
const SERVES_OVS = /Open_vSwitch|\/db\.sock$|(^|\/)conf\.db$/;

/** Without the servers of OVN's databases. A server whose arguments say nothing counts as Open vSwitch's. */
export function ofOpenVSwitch(processes: readonly Process[]): readonly Process[] {
  return processes.filter((process) => {
    if (process.name !== 'ovsdb-server') return true;
    // With --monitor, the parent has nothing but the child's number in place of its arguments.
    const child = /: monitoring pid (\d+)/.exec(process.args[0] ?? '')?.[1];
    const { args } = processes.find(({ pid }) => pid === Number(child)) ?? process;
    return (
      args.some((argument) => SERVES_OVS.test(argument)) ||
      !args.some((argument) => SERVES_OVN.test(argument))
    );
  });
}

/** Of several processes of a name, the one that was started last does the work; the others watch it. */
export const working = (processes: readonly Process[], name: string): Process | undefined =>
  processes
    .filter((process) => process.name === name)
    .sort((a, b) => (b.startedAfterBoot ?? 0) - (a.startedAfterBoot ?? 0) || b.pid - a.pid)[0];
