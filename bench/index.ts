import { execFileSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { factCosts } from './facts.ts';
import { type Goal, goalsOf } from './goals.ts';
import { interleave, medianCost } from './measure.ts';
import { prepareNode } from './node.ts';
import { checkReach } from './reach.ts';
import { type Measured, table } from './table.ts';

const USAGE = `usage: npm run bench -- [--runs N] [--only WORD] [--facts] [--json]

Holds dpu-doctor against the documented commands, on a DPU of the netns testbed. Needs root.

  --runs N     runs of each side that count, 5 unless given
  --only WORD  only the goals whose title holds the word
  --facts      what each fact costs on the node instead
  --json       for programs
`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    facts: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const bench = await prepareNode(join(root, 'dist'));
  // The testbed does not outlive a measurement that is broken off.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => bench.lab.down().finally(() => process.exit(130)));
  try {
    const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node ${process.versions.node}`;
    if (values.facts) {
      print(await factCosts(bench, Number(values.runs)), (text) => text.join('\n'));
      return;
    }
    const { verdicts } = await checkReach(bench);
    const measured: Measured[] = [];
    for (const goal of goalsOf(bench).filter(({ title }) => title.includes(values.only)))
      measured.push(await measureGoal(goal));
    if (values.json) {
      process.stdout.write(
        `${JSON.stringify({ machine, netdevs: bench.netdevs, verdicts, goals: measured }, undefined, 2)}\n`,
      );
    } else {
      process.stdout.write(
        `${machine}; a DPU with ${bench.netdevs} network devices, ${verdicts} checks on it\n\n${table(measured)}\n`,
      );
    }
    process.exitCode = measured.every(({ met }) => met) ? 0 : 1;
  } finally {
    await bench.lab.down();
  }
}

function print<Value>(value: Value, format: (value: Value) => string): void {
  process.stdout.write(`${values.json ? JSON.stringify(value) : format(value)}\n`);
}

async function measureGoal(goal: Goal): Promise<Measured> {
  const runs = Number(values.runs) * (goal.short ? 4 : 1);
  const costs = (await interleave(goal.sides, runs)).map(medianCost);
  const [own, other] = costs;
  if (own === undefined || other === undefined) throw new Error('nothing was measured');
  const ratio = own.wall / other.wall;
  const cheap = goal.cpuPerTarget === undefined || own.cpu / goal.targets <= goal.cpuPerTarget;
  return {
    title: goal.title,
    targets: goal.targets,
    runs,
    atMost: goal.atMost,
    ...(goal.cpuPerTarget === undefined ? {} : { cpuPerTarget: goal.cpuPerTarget }),
    sides: goal.sides.map(({ what }, index) => ({ what, cost: costs[index] ?? own })),
    ratio,
    met: ratio <= goal.atMost && cheap,
  };
}
