import { evidence, type Outcome } from '../../fact.ts';
import { type Attachment, attachmentsOf } from './attachments.ts';
import { type Chain, type ChainLink, chainOf, type Gap, type Holder, type PairChains } from './chain.ts';
import { type DpuSide, dpuSide, portLinks } from './dpu-side.ts';
import { type HostPf, type HostVf, hostFunctions } from './host-functions.ts';
import { heldLinks, pfLink, vfLink } from './host-links.ts';
import type { ChainNetworkAttachment, ChainPair, ChainPod } from './input.ts';
import { ifaceIdOf } from './ovs-ports.ts';
import { nameOf, type PfNumber, pfNumber } from './pf-number.ts';
import { podLinks } from './pod-links.ts';
import { representorLink, representorsOfVf, unknownRepresentor } from './representor-link.ts';
import { straysOf } from './strays.ts';
import { type HeldVf, heldVf } from './vf-of.ts';

/** What the clusters say that concerns one pair. */
export interface PairCluster {
  /** The host's pods that have a network of their own. */
  readonly pods: Outcome<readonly ChainPod[]>;
  /** Those of the host's cluster. */
  readonly networkAttachments: Outcome<readonly ChainNetworkAttachment[]>;
  /** The pods of this name in all clusters. */
  readonly everyPod: Outcome<(namespace: string, name: string) => readonly ChainPod[]>;
  /** The names of the Node objects whose pods may have a port on this DPU: the hosts that it serves, and its own. */
  readonly nodes: ReadonlySet<string>;
}

/** All that is known of one pair, as the links and strays are made from it. */
export interface PairView {
  readonly pair: ChainPair;
  readonly cluster: PairCluster;
  readonly pfs: readonly HostPf[];
  readonly numbers: ReadonlyMap<HostPf, PfNumber>;
  readonly side: DpuSide;
  readonly held: readonly { readonly attachment: Attachment; readonly vf: HeldVf }[];
}

/** The chains of a DPU host and its DPU. */
export function pairChains(pair: ChainPair, cluster: PairCluster): PairChains {
  const { pods } = cluster;
  const attachments = pods.ok ? pods.value.flatMap(attachmentsOf) : [];
  const functions = hostFunctions(pair.host, attachments);
  const pfs = functions.ok ? functions.value : [];
  const side = dpuSide(pair);
  const numbers = new Map(side.representors.ok ? numbersOf(pfs, side.representors.value) : []);
  const named = attachments.map((attachment) => ({
    attachment,
    vf: functions.ok
      ? heldVf(attachment, pfs)
      : ({ kind: 'unnamed', ground: functions.failure.message } as const),
  }));
  const held = named.map((one) => ({ ...one, vf: throughItsPort(one, named, { pfs, numbers, side }) }));
  const view: PairView = { pair, cluster, pfs, numbers, side, held };
  const ofPods = held.map((one) => podChain(view, one));
  const taken = new Set(held.flatMap(({ vf }) => (vf.kind === 'found' ? vf.vf : [])));
  const others = pfs.flatMap((pf) =>
    pf.vfs.filter((vf) => !taken.has(vf)).map((vf) => otherChain(view, pf, vf)),
  );
  return {
    host: pair.host.name,
    dpu: pair.dpu?.name,
    ...(pair.ground === undefined ? {} : { pairGround: pair.ground }),
    chains: [...ofPods, ...others].sort(inOrder),
    strays: straysOf(view),
    gaps: gapsOf(view, functions),
  };
}

const numbersOf = (
  pfs: readonly HostPf[],
  representors: Parameters<typeof pfNumber>[1]['representors'],
): [HostPf, PfNumber][] => pfs.map((pf) => [pf, pfNumber(pf, { pfs, representors })]);

interface Named {
  readonly attachment: Attachment;
  readonly vf: HeldVf;
}

/** Where no annotation names the VF, the port with the pod's iface-id does: it is the VF's representor. */
function throughItsPort(
  { attachment, vf }: Named,
  all: readonly Named[],
  { pfs, numbers, side }: Pick<PairView, 'pfs' | 'numbers' | 'side'>,
): HeldVf {
  const { representors, ports } = side;
  if (vf.kind !== 'unnamed' || !representors.ok || !ports.ok) return vf;
  const names = (ports.value.byIfaceId.get(attachment.ifaceId) ?? []).map(({ name }) => name);
  for (const pf of pfs) {
    const number = numbers.get(pf);
    if (!number?.known) continue;
    const own = pf.vfs.find((one) =>
      representorsOfVf(one, number, representors.value).some(({ name }) => names.includes(name)),
    );
    const isTaken = all.some((one) => one.vf.kind === 'found' && one.vf.vf === own);
    if (own === undefined || isTaken) continue;
    const ground = `its representor is the port with the iface-id ${attachment.ifaceId}`;
    const shown = evidence('ovs-vsctl list Interface', `${names.join(' ')} iface-id=${attachment.ifaceId}`);
    return { kind: 'found', pf, vf: own, ground, evidence: [shown] };
  }
  return vf;
}

function podChain(view: PairView, { attachment, vf }: Named): Chain {
  const { side, numbers, cluster } = view;
  const { pod, network, details } = attachment;
  const known = vf.kind === 'found' ? vf : undefined;
  const place = known && numbers.get(known.pf);
  const representor = side.representors.ok
    ? representorLink(known?.vf, place, details, side.representors.value)
    : unknownRepresentor(side.representors.failure.message);
  const links: ChainLink[] = [
    ...podLinks(attachment, cluster.networkAttachments),
    ...heldLinks(vf, attachment),
    representor.link,
    ...portLinks(attachment, representor, side, true),
  ];
  const holder: Holder = { kind: 'pod', namespace: pod.namespace, name: pod.name, network };
  return chainOf(holder, known && vfOf(known.pf, known.vf), links);
}

const vfOf = (pf: HostPf, { number, address }: HostVf): Chain['vf'] => ({ pf: pf.address, number, address });

/** The chain of a VF that no pod is known to hold. */
function otherChain(view: PairView, pf: HostPf, vf: HostVf): Chain {
  const { side, numbers } = view;
  const representor = side.representors.ok
    ? representorLink(vf, numbers.get(pf), { kind: 'absent' }, side.representors.value)
    : unknownRepresentor(side.representors.failure.message);
  const name = representor.representor?.name;
  const port = side.ports.ok && name !== undefined ? side.ports.value.byName.get(name) : undefined;
  const holder = holderOf(vf, port && ifaceIdOf(port));
  const ground = HOW[holder.kind];
  const links = [vfLink(vf, pf, ground), pfLink(pf, vf), representor.link];
  // A VF that nobody holds needs no port.
  if (holder.kind === 'nobody') return chainOf(holder, vfOf(pf, vf), links);
  const toTheWire = holder.kind !== 'management-port';
  return chainOf(holder, vfOf(pf, vf), [...links, ...portLinks(undefined, representor, side, toTheWire)]);
}

const HOW: Readonly<Record<Exclude<Holder['kind'], 'pod'>, string>> = {
  'management-port': 'its network device is the management port',
  port: 'the port of its representor has an iface-id',
  unknown: 'its network device is in another network namespace',
  nobody: 'it is at the disposal of the node',
};

function holderOf(vf: HostVf, ifaceId: string | undefined): Exclude<Holder, { kind: 'pod' }> {
  if (vf.isManagementPort) return { kind: 'management-port' };
  if (ifaceId !== undefined) return { kind: 'port', ifaceId };
  return vf.state === 'elsewhere' ? { kind: 'unknown' } : { kind: 'nobody' };
}

/** Compares as code points do, which no locale changes. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function inOrder(a: Chain, b: Chain): number {
  if (a.vf === undefined || b.vf === undefined)
    return a.vf === b.vf ? byText(holderName(a), holderName(b)) : a.vf === undefined ? 1 : -1;
  return byText(a.vf.pf, b.vf.pf) || a.vf.number - b.vf.number || byText(holderName(a), holderName(b));
}

const holderName = ({ holder }: Chain): string =>
  holder.kind === 'pod' ? `${holder.namespace}/${holder.name} ${holder.network}` : holder.kind;

function gapsOf({ pair, cluster, numbers, side }: PairView, functions: Outcome<unknown>): readonly Gap[] {
  const outcomes: readonly (readonly [string, Outcome<unknown>])[] = [
    [`pods of ${pair.host.name}`, cluster.pods],
    // Where the host's cluster did not tell them, that has been said.
    ...(cluster.pods.ok ? [['pods of all clusters', cluster.everyPod] as const] : []),
    ['NetworkAttachmentDefinitions', cluster.networkAttachments],
    [`VFs of ${pair.host.name}`, functions],
    ['representors', side.representors],
    ['ports of Open vSwitch', side.ports],
  ];
  return [
    ...outcomes.flatMap(([what, outcome]) => (outcome.ok ? [] : { what, why: outcome.failure.message })),
    ...[...numbers].flatMap(([pf, number]) =>
      number.known ? [] : { what: `representors of ${nameOf(pf)}`, why: number.ground },
    ),
  ];
}
