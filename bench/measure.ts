import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What one run of a command cost. */
export interface Cost {
  /** Milliseconds from its start to its end. */
  readonly wall: number;
  /** Milliseconds of processor time, of the user and of the kernel, of the command and all its children. */
  readonly cpu: number;
  /** Milliseconds of processor time that were spent for it elsewhere: by the node that it asked. */
  readonly remote?: number;
  /** Bytes of memory at the most, where that is measured. */
  readonly memory?: number;
}

/** One of two ways to do the same thing. */
export interface Side {
  readonly what: string;
  readonly argv: readonly string[];
  readonly exitCodes?: readonly number[];
  /** Done before each run, and no part of its cost. */
  readonly before?: () => Promise<void>;
  /** Milliseconds of processor time so far of what serves it elsewhere. */
  readonly meter?: () => Promise<number>;
}

/* bash tells a whole process tree's times by the millisecond, which neither Node nor a shell's `times` does. */
const TIMED = `TIMEFORMAT='%3R %3U %3S'; time "$@" >/dev/null 2>&1; code=$?; echo "exit $code" >&2`;

/** Runs a command and tells what it cost; throws where it ends with an exit code that it should not. */
export async function measure(side: Side): Promise<Cost> {
  await side.before?.();
  const before = await side.meter?.();
  const { stderr } = await promisify(execFile)('bash', ['-c', TIMED, 'bash', ...side.argv]);
  const after = await side.meter?.();
  const match = /([\d.]+) ([\d.]+) ([\d.]+)\nexit (\d+)/.exec(stderr);
  if (match === null) throw new Error(`${side.what}: ${stderr}`);
  const [wall = 0, user = 0, system = 0, code = -1] = match.slice(1).map(Number);
  if (!(side.exitCodes ?? [0]).includes(code)) throw new Error(`${side.what}: exit code ${code}`);
  return {
    wall: wall * 1000,
    cpu: (user + system) * 1000,
    ...(before === undefined || after === undefined ? {} : { remote: after - before }),
  };
}

/** Runs the sides in turns, each first as often as the others, after one run of each that does not count. */
export async function interleave(sides: readonly Side[], runs: number): Promise<readonly Cost[][]> {
  const costs = sides.map((): Cost[] => []);
  for (let run = -1; run < runs; run++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const index = (turn + run + 1) % sides.length;
      const side = sides[index];
      if (side === undefined) continue;
      const cost = await measure(side);
      if (run >= 0) costs[index]?.push(cost);
    }
  }
  return costs;
}

/** The median of each figure. */
export function medianCost(costs: readonly Cost[]): Cost {
  const remote = costs.flatMap((cost) => cost.remote ?? []);
  return {
    wall: median(costs.map(({ wall }) => wall)),
    cpu: median(costs.map(({ cpu }) => cpu)),
    // It is counted in hundredths of a second: the mean of many knows more than their median.
    ...(remote.length === 0 ? {} : { remote: remote.reduce((sum, one) => sum + one, 0) / remote.length }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
