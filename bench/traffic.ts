import { join } from 'node:path';
import process from 'node:process';
import { upNetnsLab } from '../lab/netns/index.ts';
import { outputOf } from './node.ts';

const DPU_DOCTOR = [process.execPath, join(import.meta.dirname, '../dist/dpu-doctor.js')];

/** What one run of traffic cost and lost. */
export interface TrafficCost {
  readonly what: string;
  readonly paths: number;
  /** Paths on which a packet was lost, or nothing could be told. */
  readonly lossy: number;
  /** Milliseconds of the whole run, its start and the facts of the nodes included. */
  readonly wall: number;
  /** Milliseconds that the programs of all paths took, added up. */
  readonly own: number;
  /** `wall` may be so many times `own`; absent where that is not the question. */
  readonly atMost?: number;
  readonly met: boolean;
}

/** A full matrix between the pods of two pairs, and 200 paths and more between those of eight. */
export async function measureTraffic(onUp: (lab: { down(): Promise<void> }) => void): Promise<TrafficCost[]> {
  return [
    await run('a full matrix of two pairs', 2, ['--skip', 'traffic/offload'], onUp, 1.3),
    await run('pods of eight pairs, all to all', 8, ['--select', 'traffic/pod-to-pod'], onUp),
  ];
}

async function run(
  what: string,
  pairs: number,
  words: readonly string[],
  onUp: (lab: { down(): Promise<void> }) => void,
  atMost?: number,
): Promise<TrafficCost> {
  const name = `bench-traffic-${process.pid}`;
  const lab = await upNetnsLab({ name, topology: 'bluefield', pairs, pods: true });
  onUp(lab);
  try {
    const argv = [
      ...DPU_DOCTOR,
      'run',
      'traffic',
      ...words,
      '--paths',
      'all',
      '--inventory',
      lab.inventoryFile,
      '--json',
    ];
    const started = performance.now();
    const report = JSON.parse(await outputOf(argv)) as {
      readonly results: readonly {
        readonly verdict: string;
        readonly durationMs: number;
        readonly path?: unknown;
      }[];
    };
    const wall = performance.now() - started;
    const results = report.results.filter(({ path }) => path !== undefined);
    const own = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const lossy = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip').length;
    const met = lossy === 0 && results.length > 0 && (atMost === undefined || wall <= atMost * own);
    return {
      what,
      paths: results.length,
      lossy,
      wall,
      own,
      ...(atMost === undefined ? {} : { atMost }),
      met,
    };
  } finally {
    await lab.down();
  }
}

/** For people. */
export const describeTraffic = (costs: readonly TrafficCost[]): string =>
  costs
    .map(({ what, paths, lossy, wall, own, atMost, met }) => {
      const goal = atMost === undefined ? 'no loss' : `at most ${atMost}, and no loss`;
      return `${what}: ${paths} paths, ${lossy} with loss; ${Math.round(wall)} ms for ${Math.round(own)} ms of traffic, ratio ${(wall / own).toFixed(2)} (goal: ${goal}): ${met ? 'met' : 'MISSED'}`;
    })
    .join('\n');
