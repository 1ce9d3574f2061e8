import type { Cost } from './measure.ts';

/** A goal with what was measured. */
export interface Measured {
  readonly title: string;
  readonly targets: number;
  readonly runs: number;
  readonly atMost: number;
  readonly cpuPerTarget?: number;
  readonly memoryAtMost?: number;
  readonly elsewhere?: string;
  /** dpu-doctor first. */
  readonly sides: readonly { readonly what: string; readonly cost: Cost }[];
  /** dpu-doctor's share of the other's wall time. */
  readonly ratio: number;
  readonly met: boolean;
}

/** The measured goals as a table for people, in Markdown. */
export function table(goals: readonly Measured[]): string {
  return goals
    .map((goal) => {
      const rows = goal.sides.map(({ what, cost }) => [
        what,
        cost.wall.toFixed(0),
        cost.cpu.toFixed(0),
        cost.remote?.toFixed(0) ?? '',
        ...(cost.memory === undefined ? [] : [(cost.memory / 2 ** 20).toFixed(0)]),
      ]);
      const headings = [
        ...['', 'wall ms', 'CPU ms', goal.elsewhere ?? 'CPU on the node ms'],
        ...(goal.memoryAtMost === undefined ? [] : ['memory MiB']),
      ];
      return [
        `${goal.title} (medians of ${goal.runs})`,
        '',
        ...aligned([headings, ...rows]),
        '',
        verdict(goal),
      ].join('\n');
    })
    .join('\n\n');
}

function verdict({ ratio, atMost, met, targets, cpuPerTarget, memoryAtMost, sides }: Measured): string {
  const [own, other] = sides;
  const perTarget = (cost: Cost | undefined): string => ((cost?.cpu ?? Number.NaN) / targets).toFixed(1);
  return [
    `${met ? 'met' : 'MISSED'}: ${ratio.toFixed(2)} of the wall time, at most ${atMost.toFixed(1)}`,
    ...(cpuPerTarget === undefined
      ? []
      : [
          `${perTarget(own?.cost)} ms of CPU a target, at most ${cpuPerTarget} (OpenSSH: ${perTarget(other?.cost)})`,
        ]),
    ...(memoryAtMost === undefined
      ? []
      : [`${memoryShare(sides).toFixed(2)} of the memory, at most ${memoryAtMost.toFixed(1)}`]),
  ].join('; ');
}

/** dpu-doctor's share of the other's peak of memory. */
export const memoryShare = ([own, other]: Measured['sides']): number =>
  (own?.cost.memory ?? Number.NaN) / (other?.cost.memory ?? Number.NaN);

function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width))).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...body.map(line)];
}
