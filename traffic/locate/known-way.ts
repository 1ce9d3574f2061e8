import type { FactFailure, Outcome } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import type { Ovs } from '../../facts/ovs.ts';
import { type Chassis, chassisOf } from '../../facts/traffic/hops/chassis.ts';
import type { Way } from '../../facts/traffic/hops/counted.ts';
import type { Place } from '../../facts/traffic/hops/places.ts';
import { endsOf, wayOf } from '../../facts/traffic/hops/way.ts';
import type { Path } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { chassisFact } from './chassis-fact.ts';

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
  const links = new Map(hosts.map((name) => [name, linksAtStart(name, context)]));
  const chassis = new Map<string, Chassis>();
  for (const [name, answer] of answers) {
    if (!answer.ok) continue;
    ovs.set(name, answer.value.ovs);
    links.set(name, answer.value.links);
    chassis.set(name, asChassis(name, answer.value, context));
  }
  const nodeNames = new Map(hosts.map((name) => [name, context.node(name)?.node.kubernetes?.node ?? name]));
  const facts = { ovs, links, nodeNames, chassis };
  const way = wayOf(path, facts);
  const unread = answers.flatMap(([, answer]) => (answer.ok ? [] : [answer.failure.message]));
  return {
    ok: true,
    value: { ...endsOf(path, facts), way: { ...way, gaps: [...way.gaps, ...unread] }, chassis, links },
  };
}

type Asked = { readonly ovs: Ovs; readonly links: readonly Link[] };

async function askChassis(name: string, context: TrafficContext): Promise<Outcome<Asked>> {
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

const linksAtStart = (name: string, context: TrafficContext): readonly Link[] => {
  const known = context.node(name)?.facts.get('links') as Outcome<readonly Link[]> | undefined;
  return known?.ok ? known.value : [];
};

function asChassis(name: string, { ovs, links }: Asked, context: TrafficContext): Chassis {
  const known = context.node(name);
  const atStart = <Value>(fact: 'netdevs' | 'devlink'): Outcome<Value> =>
    (known?.facts.get(fact) as Outcome<Value> | undefined) ?? {
      ok: false,
      failure: { code: 'unreachable', message: `${fact} was not asked of ${name}` },
    };
  const facts = {
    netdevs: atStart<never>('netdevs'),
    devlink: atStart<never>('devlink'),
    links: { ok: true, value: links } as const,
    ovs: { ok: true, value: ovs } as const,
  };
  return chassisOf(name, ovs, facts, known?.simulation !== undefined);
}
