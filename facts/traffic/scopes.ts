import type { Reach } from './location.ts';
import type { Path, PathKind } from './path.ts';

/** What paths have in common, by which one of them can stand for another. Names what it is, for people and as a key. */
export interface Scope {
  readonly kind: 'endpoint' | 'pair' | 'leaving' | 'outside' | 'node' | 'destination' | 'kind';
  readonly key: string;
  /** An endpoint, a node, two nodes, an address and its port, or a kind of paths. */
  readonly names: readonly string[];
}

/** All that a path has in common with others, the narrowest first. */
export function scopesOf({ from, to, kind }: Path): readonly Scope[] {
  const node = to.endpoint?.node ?? to.node;
  const isOutside = OUTSIDE.includes(kind);
  // A node is reached from outside by another interface than by the pods' own network: there it is a destination.
  const there = isOutside ? undefined : to.endpoint;
  const ends = [from.name, ...(there === undefined ? [] : [there.name])];
  const nodes = [...new Set([from.node, ...(node === undefined ? [] : [node])])];
  const leaves = node !== from.node;
  return [
    ...(there === undefined
      ? [scope('destination', [to.endpoint?.name ?? to.address, `${to.port ?? ''}`])]
      : []),
    ...[...new Set(ends)].map((name) => scope('endpoint', [name])),
    ...(nodes.length === 2 ? [scope('pair', [...nodes].sort())] : []),
    ...(leaves ? nodes.map((name) => scope('leaving', [name])) : []),
    ...(isOutside ? [scope('outside', [from.node])] : []),
    ...nodes.map((name) => scope('node', [name])),
    scope('kind', [kind]),
  ];
}

/** Ways that leave the integration bridge by its patch port, beside the tunnel. */
export const OUTSIDE: readonly PathKind[] = ['pod-to-node', 'pod-to-other-node', 'pod-to-gateway'];

const scope = (kind: Scope['kind'], names: readonly string[]): Scope => ({
  kind,
  key: `${kind} ${names.join(' ')}`,
  names,
});

/**
 * What must work alike in a scope: a path of another trait that works says nothing about this one. That a node is to blame
 * is refuted by whatever kind of path it takes part in.
 */
export const traitOf = ({ kind, protocol, family, size }: Path, scope: Scope['kind']): string =>
  `${scope === 'node' ? '' : kind} ${protocol} ${family} ${size}`;

/** The scopes that may share what is wrong at a place of this reach. */
export const REACHED: Readonly<Record<Reach, readonly Scope['kind'][]>> = {
  endpoint: ['endpoint', 'destination'],
  destination: ['endpoint', 'destination'],
  'between-nodes': ['pair', 'leaving'],
  outside: ['outside'],
  node: ['endpoint', 'pair', 'leaving', 'node'],
};
