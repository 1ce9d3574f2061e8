import type { Simulation } from '../../facts/derived/role.ts';
import type { Outcome } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import { placeOf } from '../../facts/traffic/hops/places.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { chassisFact } from '../locate/chassis-fact.ts';
import { notLoggedIn } from '../locate/known-way.ts';

/** The port of Open vSwitch that stands for an endpoint's interface, and what it is made of. */
export interface Representor {
  /** The target whose Open vSwitch has it. */
  readonly chassis: string;
  readonly name: string;
  /** Open vSwitch takes packets from it in user space. */
  readonly inUserSpace: boolean;
  /** What stands in for hardware there, in words. */
  readonly simulated: string | undefined;
  /** What stands in takes flows as hardware would. */
  readonly takesFlows: boolean;
}

export const chassisNameOf = ({ dpu, node }: Endpoint): string => dpu ?? node;

/** Finds an endpoint's representor as its Open vSwitch is now: pods of the run have got theirs since it began. */
export async function findRepresentor(
  endpoint: Endpoint,
  context: TrafficContext,
): Promise<Outcome<Representor>> {
  const chassis = chassisNameOf(endpoint);
  const shell = context.nodeShell(chassis);
  if (shell === undefined) return { ok: false, failure: notLoggedIn(chassis) };
  const asked = await askFact(shell, chassisFact, context.options);
  if (!asked.ok) return asked;
  const { ovs, links } = asked.value;
  const node = context.node(endpoint.node);
  const places = {
    ovs: new Map([[chassis, ovs]]),
    links: new Map(),
    nodeNames: new Map([[endpoint.node, node?.node.kubernetes?.node ?? endpoint.node]]),
    dpus: new Map([[endpoint.node, chassis]]),
  };
  const { port, ground } = placeOf(endpoint, places);
  if (port === undefined) {
    return {
      ok: false,
      failure: {
        code: 'not-found',
        message: `the representor of ${endpoint.name} is not known: on ${chassis}, ${ground}`,
        hint: `Look which port the pod has: ovs-vsctl --columns=name,external_ids list Interface`,
      },
    };
  }
  if (port.type === '' && links.length > 0 && !links.some((link) => isNamed(link, port.name)))
    return {
      ok: false,
      failure: {
        code: 'not-found',
        message: `${chassis} has no network device ${port.name}, which is ${endpoint.name}'s port in Open vSwitch`,
        hint: `Look whether it was renamed or removed, on ${chassis}: ip -d link; ovs-vsctl list Interface ${port.name}`,
      },
    };
  const known = context.node(chassis);
  const netdevs = known?.facts.get('netdevs') as Outcome<ReadonlyMap<string, Netdev>> | undefined;
  const standIn = whatStandsIn(port.name, {
    chassis,
    links,
    netdev: netdevs?.ok ? netdevs.value.get(port.name) : undefined,
    simulation: known?.simulation,
  });
  return {
    ok: true,
    value: {
      chassis,
      name: port.name,
      inUserSpace: port.bridge.datapathType === 'netdev' || port.type === 'dpdk',
      simulated: standIn?.simulated,
      takesFlows: standIn?.takesFlows ?? false,
    },
  };
}

const isNamed = ({ name, altnames }: Link, wanted: string): boolean =>
  name === wanted || altnames.includes(wanted);

/** What is known of a port: its network device, as rtnetlink and sysfs show it. */
export interface PortDevice {
  readonly chassis: string;
  readonly links: readonly Link[];
  readonly netdev: Netdev | undefined;
  readonly simulation: Simulation | undefined;
}

/** Whether something stands in for an eswitch's port; undefined where nothing says so. */
export function whatStandsIn(
  port: string,
  { chassis, links, netdev, simulation }: PortDevice,
): { readonly simulated: string; readonly takesFlows: boolean } | undefined {
  const kind = links.find(({ name }) => name === port)?.kind;
  const parent = links.find(({ name }) => name === port)?.parentDevice ?? '';
  if (/\/netdevsim\d/.test(netdev?.sysfsLink ?? '') || parent.startsWith('netdevsim'))
    return {
      simulated: `${port} on ${chassis} is a port of netdevsim, which is no hardware`,
      takesFlows: true,
    };
  if (kind === 'veth')
    return {
      simulated: `${port} on ${chassis} is one end of a veth pair, which is no hardware`,
      takesFlows: false,
    };
  // rtnetlink has a kind for everything that is made in software, and none for hardware.
  if (kind !== undefined)
    return {
      simulated: `${port} on ${chassis} is a device of kind ${kind}, which is no hardware`,
      takesFlows: false,
    };
  if (simulation !== undefined)
    return { simulated: `${chassis} is a simulated node (${simulation})`, takesFlows: false };
  return undefined;
}
