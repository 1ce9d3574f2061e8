import type { Reach } from './location.ts';
import type { Path } from './path.ts';

/** What paths have in common, by which one of them can stand for another. Names what it is, for people and as a key. */
export interface Scope {
  readonly kind: 'endpoint' | 'pair' | 'leaving' | 'node' | 'destination';
  readonly key: string;
  /** An endpoint, a node, two nodes, or an address. */
  readonly names: readonly string[];
}

/** All that a path has in common with others, the narrowest first. */
export function scopesOf({ from, to }: Path): readonly Scope[] {
  const there = to.endpoint?.node ?? to.node;
  const ends = [from.name, ...(to.endpoint === undefined ? [] : [to.endpoint.name])];
  const nodes = [...new Set([from.node, ...(there === undefined ? [] : [there])])];
  const leaves = there !== from.node;
  return [
    ...(to.endpoint === undefined ? [scope('destination', [to.address, `${to.port ?? ''}`])] : []),
    ...[...new Set(ends)].map((name) => scope('endpoint', [name])),
    ...(nodes.length === 2 ? [scope('pair', [...nodes].sort())] : []),
    ...(leaves ? nodes.map((name) => scope('leaving', [name])) : []),
    ...nodes.map((name) => scope('node', [name])),
  ];
}

const scope = (kind: Scope['kind'], names: readonly string[]): Scope => ({
  kind,
  key: `${kind} ${names.join(' ')}`,
  names,
});

/** Paths that must work alike: a path of another trait that works says nothing about this one. */
export const traitOf = ({ kind, protocol, family, size }: Path): string =>
  `${kind} ${protocol} ${family} ${size}`;

/** The scopes that may share what is wrong at a place of this reach. */
export const REACHED: Readonly<Record<Reach, readonly Scope['kind'][]>> = {
  endpoint: ['endpoint', 'destination'],
  'between-nodes': ['pair', 'leaving'],
  node: ['endpoint', 'pair', 'leaving', 'node'],
};
