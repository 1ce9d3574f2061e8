import { isSameAddress, versionOf } from '../../derived/addresses.ts';
import { evidence } from '../../fact.ts';
import type { EndInterface } from '../end-state.ts';
import type { Hop } from '../location.ts';
import { OUTSIDE } from '../scopes.ts';
import type { EndScene, Finder, Finding, Scene } from './scene.ts';

/* What the endpoints themselves show: the network of a pod is as easily wrong as that of its DPU. */

type End = 'from' | 'to';

const NEAR: readonly Hop['kind'][] = ['interface', 'representor', 'ovs-port'];

/** Whose interface, representor or port it is; undefined of what lies between. */
function endAt({ kind, counter, direction }: Hop): End | undefined {
  if (!NEAR.includes(kind)) return undefined;
  const isSenders = kind === 'interface' ? counter === 'tx' : counter === 'rx';
  return (direction === 'request') === isSenders ? 'from' : 'to';
}

/** The ends beside which packets vanish. */
const endsBeside = ({ loss, ends }: Scene): readonly EndScene[] =>
  [...new Set([loss.lost, loss.last].map((hop) => hop && endAt(hop)))].flatMap(
    (end) => (end && ends[end]) ?? [],
  );

/** The end that has packets to send and from which they don't get on: the first hop without them is its own. */
function stuckEnd({ loss: { lost }, ends }: Scene): { end: End; seen: EndScene } | undefined {
  const end = lost && endAt(lost);
  if (lost === undefined || end === undefined) return undefined;
  const isSending = (lost.direction === 'request') === (end === 'from');
  const seen = ends[end];
  return isSending && seen !== undefined ? { end, seen } : undefined;
}

const ownInterface = ({ place, state }: EndScene): EndInterface | undefined =>
  state.interfaces.find(({ name }) => name === place.interface);

/** How an end gets its network set up once more. */
const anew = ({ place }: EndScene): string => (place.onNode ? 'restart ovnkube there' : 'make the pod anew');

const at = ({ place }: EndScene): NonNullable<Finding['at']> => ({
  kind: 'interface',
  node: place.node,
  of: place.name,
});

const shownBy = ({ place }: EndScene, command: string, said: string) => [
  evidence(`${command} in ${place.name}`, said),
];

export const interfaceDown: Finder = (scene) => {
  for (const seen of endsBeside(scene)) {
    const own = ownInterface(seen);
    if (own === undefined || own.up) continue;
    const { name } = seen.place;
    return {
      reason: `${own.name} of ${name} is down`,
      remedy: `In ${name}: ip link set ${own.name} up; its routes went with it, so it is surer to ${anew(seen)}`,
      evidence: shownBy(seen, `ip addr show ${own.name}`, 'not UP'),
      at: at(seen),
      reach: 'endpoint',
    };
  }
  return undefined;
};

/** OVN sends to the MAC address, and answers for the IP address, that OVN-Kubernetes wrote beside the port. */
export const notAsGiven: Finder = (scene) => {
  for (const seen of endsBeside(scene)) {
    const own = ownInterface(seen);
    const { port, name, chassis } = seen.place;
    if (own === undefined || port === undefined) continue;
    const mac = port.externalIds.get('attached_mac');
    const given = (port.externalIds.get('ip_addresses') ?? '').split(',').map((one) => one.trim());
    const differs = differing(own, mac, given);
    if (differs === undefined) continue;
    return {
      reason: `${own.name} of ${name} has ${differs.has}, where OVN-Kubernetes gave it ${differs.given}`,
      remedy: `Look who changed it, and ${anew(seen)}; what it was given: ovs-vsctl get Interface ${port.name} external_ids, on ${chassis}`,
      evidence: [
        ...shownBy(seen, `ip addr show ${own.name}`, [own.mac ?? '', ...own.addresses].join(' ').trim()),
        evidence(
          `ovs-vsctl get Interface ${port.name} external_ids on ${chassis}`,
          `attached_mac ${mac ?? 'not set'}, ip_addresses ${given.join(',')}`,
        ),
      ],
      at: at(seen),
      reach: 'endpoint',
    };
  }
  return undefined;
};

/** A prefix that is too wide or too narrow counts as well: it says who is on the link. */
function differing(
  own: EndInterface,
  mac: string | undefined,
  given: readonly string[],
): { readonly has: string; readonly given: string } | undefined {
  if (mac !== undefined && own.mac !== undefined && mac.toLowerCase() !== own.mac.toLowerCase())
    return { has: `the MAC address ${own.mac}`, given: mac };
  for (const one of given) {
    const [address = '', length] = one.split('/');
    if (versionOf(address) === undefined || own.addresses.length === 0) continue;
    const same = own.addresses.filter((held) => isSameAddress(held.split('/')[0] ?? '', address));
    if (same.length === 0) {
      const ofFamily = own.addresses.filter(
        (held) => versionOf(held.split('/')[0] ?? '') === versionOf(address),
      );
      const has = ofFamily.filter((held) => !held.startsWith('fe80:')).join(' and ') || 'no such address';
      return { has, given: one };
    }
    if (length !== undefined && same.every((held) => held.split('/')[1] !== length))
      return { has: same.join(' and '), given: one };
  }
  return undefined;
}

export const duplicateAddress: Finder = (scene) => {
  const { path, endpoints, from, to } = scene;
  const owned = [path.from, path.to.endpoint].flatMap((end) =>
    end === undefined || end.hostNetwork ? [] : end.addresses.map((address) => [address, end.name] as const),
  );
  for (const [address, owner] of owned) {
    const other = endpoints.find(
      ({ name, hostNetwork, addresses }) =>
        !hostNetwork && name !== owner && addresses.some((one) => isSameAddress(one, address)),
    );
    if (other === undefined) continue;
    const both = [owner, other.name].sort();
    const place = [from, to].find((one) => one?.name === owner);
    return {
      reason: `${both.join(' and ')} both have the address ${address}`,
      remedy: 'Look which of them was given it, and make the other anew: kubectl get pods -A -o wide',
      evidence: both.map((name) => evidence(`ip addr show in ${name}`, address)),
      ...(place === undefined ? {} : { at: { kind: 'interface', node: place.node, of: owner } }),
      reach: 'endpoint',
    };
  }
  return undefined;
};

const peerOf = ({ path: { from, to } }: Scene, end: End): string =>
  (end === 'from' ? to.address : from.addresses.find((one) => versionOf(one) === versionOf(to.address))) ??
  '';

/** The kernel of the end knows no way to the other, or another one than by the interface that pods use. */
export const noRoute: Finder = (scene) => {
  const stuck = stuckEnd(scene);
  const route = stuck?.seen.state.route;
  if (stuck === undefined || route === undefined || route.kind === 'local') return undefined;
  const { name, interface: device } = stuck.seen.place;
  const peer = peerOf(scene, stuck.end);
  const common = { at: at(stuck.seen), reach: 'endpoint' } as const;
  if (route.kind === 'none')
    return {
      ...common,
      reason: `${name} has no route to the network of ${peer}`,
      remedy: `Look at its routes, and ${anew(stuck.seen)} where one is missing: ip route show in ${name}`,
      evidence: shownBy(stuck.seen, `ip route get ${peer}`, route.why),
    };
  if (device === undefined || route.device === device) return undefined;
  return {
    ...common,
    reason: `${name} sends what goes to pods by ${route.device}, not by ${device}`,
    remedy: `Look at its routes: ip route get ${peer} in ${name}`,
    evidence: shownBy(
      stuck.seen,
      `ip route get ${peer}`,
      `${route.via === undefined ? '' : `via ${route.via} `}dev ${route.device}`,
    ),
  };
};

/** Nobody answers for the address to which the end has to send; whatever else is broken on the way shows first. */
export const nextHopSilent: Finder = (scene) => {
  const stuck = stuckEnd(scene);
  const route = stuck?.seen.state.route;
  if (stuck === undefined || route?.kind !== 'route') return undefined;
  const { seen } = stuck;
  const { name } = seen.place;
  const hop = route.via ?? peerOf(scene, stuck.end);
  const entry = seen.state.neighbours.find(
    ({ address, device }) => device === route.device && isSameAddress(address, hop),
  );
  if (!entry?.states.some((state) => state === 'FAILED' || state === 'INCOMPLETE')) return undefined;
  const what =
    route.via === undefined ? `which its routes hold to be on the link of ${route.device}` : 'its next hop';
  return {
    reason: `nobody answers ${name} for ${hop}, ${what}`,
    remedy: `Compare its address, prefix and routes with what OVN-Kubernetes gave the pod (annotation k8s.ovn.org/pod-networks): ip addr; ip route, in ${name}`,
    evidence: shownBy(seen, 'ip neigh show', `${hop} dev ${entry.device} ${entry.states.join(' ')}`),
    at: at(seen),
    reach: 'endpoint',
  };
};

/** The sender's own system refuses: a firewall in it, or a queue that is full. */
export const sendingRefused: Finder = (scene) => {
  const seen = scene.ends.from;
  const said = scene.refusals.find((one) => /not permitted|no buffer space/i.test(one));
  if (said === undefined || seen === undefined) return undefined;
  const { name } = seen.place;
  const isFirewall = /not permitted/i.test(said);
  return {
    reason: isFirewall
      ? `a firewall in ${name} doesn't let the packets out`
      : `the queue of ${seen.place.interface ?? 'the interface'} in ${name} is full`,
    remedy: isFirewall
      ? `Look at it, in ${name}: iptables -S OUTPUT; nft list ruleset`
      : `Look at it, in ${name}: tc -s qdisc show`,
    evidence: shownBy(seen, scene.path.protocol === 'tcp' ? 'nc' : 'ping', said),
    at: at(seen),
    reach: 'endpoint',
  };
};

/** What arrives at an end and has no effect there is lost in its kernel, beyond all counters. */
export const notTaken: Finder = (scene) => {
  const { loss, ends } = scene;
  const { last, lost } = loss;
  if (last?.kind !== 'interface' || last.counter !== 'rx') return undefined;
  const end = endAt(last);
  if (lost !== undefined && endAt(lost) !== end) return undefined;
  const seen = end && ends[end];
  const isNodes = end === 'to' && OUTSIDE.includes(scene.path.kind);
  if (seen === undefined && !isNodes) return undefined;
  const onNode = isNodes || seen?.place.onNode === true;
  const name = last.of ?? last.node;
  return {
    // A node's firewall has rules for all its interfaces in one place.
    reason: onNode
      ? `packets arrive at ${last.node}, whose own system discards them`
      : `packets arrive at ${last.name} of ${name}, which discards them`,
    remedy: `Look in ${onNode ? last.node : name} what discards them: iptables -S; nft list ruleset; sysctl net.ipv4.icmp_echo_ignore_all net.ipv4.conf.all.rp_filter; nstat -az`,
    evidence: [],
    at: { kind: 'interface', node: last.node, of: name },
    reach: isNodes ? 'destination' : 'endpoint',
  };
};

/** Not even a request for a neighbour is sent: the end's own kernel keeps it back. */
export const neverSent: Finder = (scene) => {
  const stuck = stuckEnd(scene);
  const { lost } = scene.loss;
  const counted = scene.readings.find(({ hop }) => hop === lost)?.packets;
  if (stuck?.end !== 'from' || lost?.kind !== 'interface' || counted !== 0) return undefined;
  const { name } = stuck.seen.place;
  return {
    reason: `nothing of it is sent on ${lost.name} of ${name}, whose own system keeps it back`,
    remedy: `Look in ${name} what does: iptables -S OUTPUT; nft list ruleset; ip rule`,
    evidence: shownBy(stuck.seen, '/proc/net/dev', `${lost.name}: 0 packets more sent`),
    at: at(stuck.seen),
    reach: 'endpoint',
  };
};

/** One pod whose MTU is not that of the others: each of its long packets is too long for some, or some for it. */
export const mtuApart: Finder = (scene) => {
  const { path, smallPass, endpoints, from, to } = scene;
  if (path.size !== 'mtu' || smallPass !== true) return undefined;
  const pods = endpoints.filter(({ hostNetwork, mtu }) => !hostNetwork && mtu !== undefined);
  const counts = Map.groupBy(pods, ({ mtu }) => mtu);
  const [most] = [...counts].sort(([, one], [, other]) => other.length - one.length);
  if (most === undefined || most[1].length * 2 <= pods.length || most[1].length === pods.length)
    return undefined;
  const apart = [path.from, path.to.endpoint].find(
    (one) => one !== undefined && !one.hostNetwork && one.mtu !== most[0],
  );
  const place = [from, to].find((one) => one?.name === apart?.name);
  if (apart === undefined || place === undefined) return undefined;
  return {
    reason: `the MTU of ${apart.name} is ${apart.mtu}, and that of other pods ${most[0]}`,
    remedy: `Look who set it, and make the pod anew: ip link show ${place.interface ?? ''} in ${apart.name}; OVN-Kubernetes gives all pods one MTU (mtu)`,
    evidence: [evidence(`ip link show ${place.interface ?? ''} in ${apart.name}`, `mtu ${apart.mtu}`)],
    at: { kind: 'interface', node: place.node, of: place.name },
    reach: 'endpoint',
  };
};
