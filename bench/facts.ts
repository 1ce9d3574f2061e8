import { writeFile } from 'node:fs/promises';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { renderScript } from '../transports/script.ts';
import { interleave, medianCost, type Side } from './measure.ts';
import type { BenchNode } from './node.ts';

/** What each fact's sources cost on the node beyond an empty script, and all of them together, the dearest first. */
export async function factCosts(bench: BenchNode, runs: number): Promise<readonly string[]> {
  const names = Object.keys(FACTS) as FactName[];
  const sourcesOf = (name: FactName): Source[] => Object.values<Source>(FACTS[name].sources);
  const all = [...new Map(names.flatMap(sourcesOf).map((source) => [sourceKey(source), source])).values()];
  const scripts: [string, readonly Source[]][] = [
    ['an empty script', []],
    ['all facts', all],
    ...names.map((name): [string, Source[]] => [name, sourcesOf(name)]),
  ];
  const sides = await Promise.all(
    scripts.map(async ([what, sources], index): Promise<Side> => {
      const file = `/tmp/bench-${index}.sh`;
      await writeFile(bench.node.path(file), renderScript(sources, 'bench'));
      return { what, argv: bench.inside('sh', file) };
    }),
  );
  const yardstick: Side = { what: 'yardstick.sh', argv: bench.inside('sh', '/opt/dpu-doctor/yardstick.sh') };
  const costs = (await interleave([...sides, yardstick], runs * 2)).map(medianCost);
  const empty = costs[0]?.cpu ?? 0;
  return [...sides, yardstick]
    .map(({ what }, index) => ({ what, ...costs[index] }))
    .map(({ what, cpu = 0, wall = 0 }, index) => ({ what, wall, cpu: index === 0 ? cpu : cpu - empty }))
    .sort((a, b) => b.cpu - a.cpu)
    .map(
      ({ what, cpu, wall }) =>
        `${what.padEnd(20)} ${cpu.toFixed(1).padStart(7)} ms CPU ${wall.toFixed(1).padStart(7)} ms wall`,
    );
}
