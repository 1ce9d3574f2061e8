import { commandFailure, defineFact, type FactFailure } from './fact.ts';
import { command } from './sources.ts';

/** Where traffic control can hold filters (tc(8)). */
export interface Qdiscs {
  /** Why tc tells nothing: many systems have iproute2 without it. Then the rest is empty. */
  readonly unavailable: FactFailure | undefined;
  /** The line of the network device's qdisc for what comes in: ingress, or clsact, which is for both ways. */
  readonly ingress: ReadonlyMap<string, string>;
}

/** `qdisc ingress ffff: dev p0 parent ffff:fff1 ingress_block 5 ----------------`, the same in all versions. */
const LINE = /^qdisc (?:ingress|clsact) \S+ dev (\S+) .*$/gm;

export const qdiscs = defineFact({
  title: 'queueing disciplines of network devices',
  sources: { list: command(['tc', 'qdisc', 'show']) },
  parse({ list }): Qdiscs {
    if (list.exitCode !== 0) return { unavailable: commandFailure(list), ingress: new Map() };
    const lines = [...list.stdout.matchAll(LINE)].map(([line, name = '']) => [name, line.trim()] as const);
    return { unavailable: undefined, ingress: new Map(lines) };
  },
});
