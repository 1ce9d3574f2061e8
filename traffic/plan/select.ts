import type { Selection } from '../options.ts';

/** As many nodes are few: all of their pairs are tested, whatever was chosen but a ring. */
export const FEW_NODES = 4;

/** Of many nodes, so many are taken for what would cost an object or a path more on each of them. */
const SAMPLE = 16;

export interface NodePairs {
  /** Ordered: the first sends. */
  readonly pairs: readonly (readonly [string, string])[];
  /** Pairs that are left out. */
  readonly left: number;
}

/**
 * The pairs of nodes that exchange traffic: all; a ring, in which each node sends to the next by name; or a sample, which
 * is the ring and a few pairs across it, chosen by the run's id. So paths of a ring or a sample grow with the nodes, and
 * not with their square. Pure.
 */
export function nodePairs(nodes: readonly string[], selection: Selection, runId: string): NodePairs {
  const names = [...new Set(nodes)].sort();
  const possible = names.length * (names.length - 1);
  if (takesAll(names, selection)) {
    const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
    return { pairs, left: 0 };
  }
  const ring = names.length < 2 ? [] : names.map((from, index) => [from, after(names, index)] as const);
  const chords = selection === 'ring' ? [] : chordsOf(names, runId);
  return { pairs: [...ring, ...chords], left: possible - ring.length - chords.length };
}

/** All of few nodes; of many, some that are chosen by the run's id. Pure. */
export function sampleNodes(
  nodes: readonly string[],
  selection: Selection,
  runId: string,
): readonly string[] {
  const names = [...new Set(nodes)].sort();
  if (selection === 'all' || names.length <= SAMPLE) return names;
  const random = randomBy(runId);
  const ranked = names.map((name) => [random(), name] as const).sort(([one], [other]) => one - other);
  return ranked
    .slice(0, SAMPLE)
    .map(([, name]) => name)
    .sort();
}

/** Whether every pair is tested. */
export const takesAll = (nodes: readonly string[], selection: Selection): boolean =>
  selection === 'all' || (selection === 'sample' && nodes.length <= FEW_NODES);

const after = (names: readonly string[], index: number): string => names[(index + 1) % names.length] ?? '';

/** Pairs that are not in the ring. There are at least five nodes, of which each has three others that it is not next to. */
function chordsOf(names: readonly string[], runId: string): readonly (readonly [string, string])[] {
  const random = randomBy(runId);
  const wanted = Math.min(SAMPLE, names.length);
  const chords = new Map<string, readonly [string, string]>();
  while (chords.size < wanted) {
    const from = Math.floor(random() * names.length);
    const step = 2 + Math.floor(random() * (names.length - 2));
    const to = (from + step) % names.length;
    chords.set(`${from} ${to}`, [names[from] ?? '', names[to] ?? '']);
  }
  return [...chords.values()];
}

/** Numbers from 0 to 1 that follow from a text: a run that is repeated with the same id takes the same. */
function randomBy(text: string): () => number {
  // FNV-1a, then mulberry32: both are in the public domain.
  let state = 2_166_136_261;
  for (const byte of Buffer.from(text)) state = Math.imul(state ^ byte, 16_777_619) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
