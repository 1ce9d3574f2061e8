import { execFileSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkCluster, clusterGoal, runOn } from './cluster.ts';
import { factCosts } from './facts.ts';
import { type Goal, goalsOf } from './goals.ts';
import { LARGE, SMALL, type StagedCluster, stage, upCluster } from './large-cluster.ts';
import { type Cost, interleave, median, medianCost, type Side } from './measure.ts';
import { peakMemory } from './memory.ts';
import { prepareNode } from './node.ts';
import { checkReach } from './reach.ts';
import { compareRequests, describeRequests, requestsOf } from './requests.ts';
import { type Measured, memoryShare, table } from './table.ts';
import { describeTraffic, measureTraffic } from './traffic.ts';

const USAGE = `usage: npm run bench -- [--runs N] [--only WORD] [--facts] [--cluster] [--traffic] [--json]

Holds dpu-doctor against the documented commands, on a DPU of the netns testbed. Needs root.

  --runs N     runs of each side that count, 5 unless given
  --only WORD  only the goals whose title holds the word
  --facts      what each fact costs on the node instead
  --cluster    a large cluster against kubectl instead, in the Kubernetes testbed
  --traffic    what sending traffic costs beside the traffic itself instead, and whether it loses any
  --json       for programs
`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    facts: { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
    traffic: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node ${process.versions.node}`;

if (values.help) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (values.traffic) await measurePaths();
  else if (values.cluster) await measureCluster();
  else await measureNode(root);
}

/** The testbed does not outlive a measurement that is broken off. */
function downWhenBrokenOff(lab: { down(): Promise<void> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => lab.down().finally(() => process.exit(130)));
}

async function measureCluster(): Promise<void> {
  const lab = await upCluster(`bench-${process.pid}`);
  downWhenBrokenOff(lab);
  try {
    const ask = async (cluster: StagedCluster) => ({
      cluster,
      requests: await requestsOf(cluster, runOn(lab, '--json')),
    });
    const small = await ask(await stage(lab, SMALL));
    const cluster = await stage(lab, LARGE);
    const { verdicts } = await checkCluster(cluster);
    const requests = compareRequests(small, await ask(cluster));
    const measured = await measureGoal(clusterGoal(cluster));
    print({ machine, verdicts, goals: [measured], requests }, () =>
      [`${machine}; ${verdicts} verdicts`, table([measured]), describeRequests(requests)].join('\n\n'),
    );
    process.exitCode = measured.met && requests.met ? 0 : 1;
  } finally {
    await lab.down();
  }
}

async function measurePaths(): Promise<void> {
  const costs = await measureTraffic(downWhenBrokenOff);
  print({ machine, traffic: costs }, () => [machine, describeTraffic(costs)].join('\n\n'));
  process.exitCode = costs.every(({ met }) => met) ? 0 : 1;
}

async function measureNode(root: string): Promise<void> {
  const bench = await prepareNode(join(root, 'dist'));
  downWhenBrokenOff(bench.lab);
  try {
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
  const times = (await interleave(goal.sides, runs)).map(medianCost);
  const peaks = goal.memoryAtMost === undefined ? [] : await peaksOf(goal.sides);
  const costs = times.map((cost, index): Cost => {
    const memory = peaks[index];
    return memory === undefined ? cost : { ...cost, memory };
  });
  const [own, other] = costs;
  if (own === undefined || other === undefined) throw new Error('nothing was measured');
  const ratio = own.wall / other.wall;
  const cheap = goal.cpuPerTarget === undefined || own.cpu / goal.targets <= goal.cpuPerTarget;
  const sides = goal.sides.map(({ what }, index) => ({ what, cost: costs[index] ?? own }));
  const small = goal.memoryAtMost === undefined || memoryShare(sides) <= goal.memoryAtMost;
  return {
    title: goal.title,
    targets: goal.targets,
    runs,
    atMost: goal.atMost,
    ...(goal.cpuPerTarget === undefined ? {} : { cpuPerTarget: goal.cpuPerTarget }),
    ...(goal.memoryAtMost === undefined ? {} : { memoryAtMost: goal.memoryAtMost }),
    ...(goal.elsewhere === undefined ? {} : { elsewhere: goal.elsewhere }),
    sides,
    ratio,
    met: ratio <= goal.atMost && cheap && small,
  };
}

/** The median of three runs of each side: memory moves less than time. */
async function peaksOf(sides: readonly Side[]): Promise<number[]> {
  const peaks = sides.map((): number[] => []);
  for (let run = 0; run < 3; run++) {
    for (const [index, side] of sides.entries()) {
      await side.before?.();
      peaks[index]?.push(await peakMemory(side));
    }
  }
  return peaks.map(median);
}
