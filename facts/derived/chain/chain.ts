import type { Evidence } from '../../fact.ts';

/** The links of a chain from pod to wire, in this order. */
export const LINK_KINDS = [
  'pod',
  'network-attachment',
  'connection-details',
  'connection-status',
  'vf',
  'pf',
  'representor',
  'ovs-port',
  'bridge',
  'patch',
  'tunnel',
  'uplink',
] as const;

export type LinkKind = (typeof LINK_KINDS)[number];

/**
 * `missing`: looked for where it would be, and not there. `broken`: there, and not as it must be. `unknown`: nothing
 * that was asked tells, or a link before it that it hangs on is not there.
 */
export type LinkState = 'found' | 'missing' | 'broken' | 'unknown';

export interface ChainLink {
  readonly kind: LinkKind;
  readonly state: LinkState;
  /** What was found, or what was looked for: a pod, a PCI address, a port. */
  readonly name: string;
  /** How it is known that this is the one; of any other state, what is wrong or why nothing is known. */
  readonly ground: string;
  readonly evidence: readonly Evidence[];
}

/** Whose VF it is. */
export type Holder =
  /** `network` as OVN-Kubernetes' annotations key it: default, or namespace/name of a NetworkAttachmentDefinition. */
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly network: string }
  | { readonly kind: 'management-port' }
  /** No pod is known to hold it, and a port of Open vSwitch names one. */
  | { readonly kind: 'port'; readonly ifaceId: string }
  /** It has left the host's network namespace, so something holds it. */
  | { readonly kind: 'unknown' }
  /** It is at the node's disposal. */
  | { readonly kind: 'nobody' };

/** The way of one VF, from who holds it to the wire. */
export interface Chain {
  readonly holder: Holder;
  /** Undefined where a pod should have a VF and none could be told. */
  readonly vf: { readonly pf: string; readonly number: number; readonly address: string } | undefined;
  readonly links: readonly ChainLink[];
  /** `broken` where a link is missing or broken, else `unknown` where one is unknown. */
  readonly state: 'whole' | 'broken' | 'unknown';
  /** The first link that is missing or broken: those after it may be so because of it. */
  readonly fault: ChainLink | undefined;
}

/** What is there and belongs to nothing, what is not there and should be, and what is there twice. */
export interface Stray {
  readonly kind:
    | 'representor-without-vf'
    | 'vf-without-representor'
    | 'port-without-pod'
    | 'pod-without-port'
    | 'duplicate-port'
    | 'duplicate-device'
    | 'port-in-error';
  /** A representor, a VF's address, a port, a pod as namespace/name. */
  readonly subject: string;
  readonly ground: string;
  readonly evidence: readonly Evidence[];
}

/** Something that could not be looked at, so that nothing is said about it. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** A DPU host with its DPU. */
export interface PairChains {
  readonly host: string;
  readonly dpu: string | undefined;
  /** What tells that this DPU serves this host, for people; where none is known, why it is not, if more is known. */
  readonly pairGround?: string;
  /** By PF and VF number; pods whose VF is not known come last, by name. */
  readonly chains: readonly Chain[];
  readonly strays: readonly Stray[];
  readonly gaps: readonly Gap[];
}

/** The name of a link of which not even that can be told what was looked for. */
export const NOT_KNOWN = 'not known';

export const found = (
  kind: LinkKind,
  name: string,
  ground: string,
  evidence: readonly Evidence[] = [],
): ChainLink => ({ kind, state: 'found', name, ground, evidence });

export const missing = (
  kind: LinkKind,
  name: string,
  ground: string,
  evidence: readonly Evidence[] = [],
): ChainLink => ({ kind, state: 'missing', name, ground, evidence });

export const broken = (
  kind: LinkKind,
  name: string,
  ground: string,
  evidence: readonly Evidence[] = [],
): ChainLink => ({ kind, state: 'broken', name, ground, evidence });

export const unknown = (
  kind: LinkKind,
  name: string,
  ground: string,
  evidence: readonly Evidence[] = [],
): ChainLink => ({ kind, state: 'unknown', name, ground, evidence });

/** A chain of these links. */
export function chainOf(holder: Holder, vf: Chain['vf'], links: readonly ChainLink[]): Chain {
  const fault = links.find(({ state }) => state === 'missing' || state === 'broken');
  const state =
    fault !== undefined ? 'broken' : links.some((link) => link.state === 'unknown') ? 'unknown' : 'whole';
  return { holder, vf, links, state, fault };
}
