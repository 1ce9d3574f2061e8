import type { FactFailure, Outcome } from '../../facts/fact.ts';
import { type Link, links as linksFact } from '../../facts/links.ts';
import type { Ovs } from '../../facts/ovs.ts';
import { type Chassis, chassisOf } from '../../facts/traffic/hops/chassis.ts';
import type { Way } from '../../facts/traffic/hops/counted.ts';
import type { Place } from '../../facts/traffic/hops/places.ts';
import { endsOf, wayOf } from '../../facts/traffic/hops/way.ts';
import type { Path } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { type ChassisAnswer, chassisFact } from './chassis-fact.ts';

/** The way of a path, and what its Open vSwitches are like at this moment. */
export interface KnownWay {
  readonly from: Place;
  /** Undefined where it is not known which place answers. */
  readonly to: Place | undefined;
  readonly way: Way;
  readonly chassis: ReadonlyMap<string, Chassis>;
  readonly links: ReadonlyMap<string, readonly Link[]>;
}

/** Follows a path over the nodes that can be asked. Fails where nothing can be counted on the sender's side. */
export async function knownWay(path: Path, context: TrafficContext): Promise<Outcome<KnownWay>> {
  const { from, to } = path;
  const sides = [from, ...(to.endpoint === undefined ? [] : [to.endpoint])];
  const hosts = [...new Set([...sides.map(({ node }) => node), ...(to.node === undefined ? [] : [to.node])])];
  const dpuOf = (host: string): string =>
    sides.find(({ node }) => node === host)?.dpu ?? context.node(host)?.node.dpu ?? host;
  const asked = [...new Set([...hosts.map(dpuOf)])];
  const answers = await Promise.all(
    asked.map(async (name) => [name, await askChassis(name, context)] as const),
  );
  const own = answers.find(([name]) => name === dpuOf(from.node))?.[1];
  if (own?.ok === false) return own;
  const ovs = new Map<string, Ovs>();
  const links = new Map(
    await Promise.all(hosts.map(async (name) => [name, await askLinks(name, context)] as const)),
  );
  const chassis = new Map<string, Chassis>();
  for (const [name, answer] of answers) {
    if (!answer.ok) continue;
    ovs.set(name, answer.value.ovs);
    links.set(name, answer.value.links);
    chassis.set(name, asChassis(name, answer.value, context));
  }
  const nodeNames = new Map(hosts.map((name) => [name, context.node(name)?.node.kubernetes?.node ?? name]));
  const dpus = new Map(
    hosts.map((name) => [name, dpuOf(name)] as const).filter(([name, dpu]) => name !== dpu),
  );
  const facts = { ovs, links, nodeNames, dpus, chassis };
  const way = wayOf(path, facts);
  const unread = answers.flatMap(([, answer]) => (answer.ok ? [] : [answer.failure.message]));
  return {
    ok: true,
    value: { ...endsOf(path, facts), way: { ...way, gaps: [...way.gaps, ...unread] }, chassis, links },
  };
}

async function askChassis(name: string, context: TrafficContext): Promise<Outcome<ChassisAnswer>> {
  const shell = context.nodeShell(name);
  return shell === undefined
    ? { ok: false, failure: notLoggedIn(name) }
    : askFact(shell, chassisFact, context.options);
}

export const notLoggedIn = (name: string): FactFailure => ({
  code: 'unreachable',
  message: `nobody logs in to ${name}, so that its counters can't be read`,
  hint: `Say how ${name} is logged in to: --node-access ssh, or ssh: in the inventory.`,
});

/** Of a host, whose management port a path may begin or end at. */
async function askLinks(name: string, context: TrafficContext): Promise<readonly Link[]> {
  const shell = context.nodeShell(name);
  const asked = shell && (await askFact(shell, linksFact, context.options));
  return asked?.ok ? asked.value : [];
}

function asChassis(name: string, { ovs, links, netdevs }: ChassisAnswer, context: TrafficContext): Chassis {
  const facts = {
    netdevs: { ok: true, value: netdevs },
    links: { ok: true, value: links },
    ovs: { ok: true, value: ovs },
    // The way to the wire needs none of it.
    devlink: { ok: false, failure: { code: 'unreachable', message: 'devlink was not asked' } },
  } as const;
  return chassisOf(name, ovs, facts, context.node(name)?.simulation !== undefined);
}
