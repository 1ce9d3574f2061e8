import { join } from 'node:path';
import process from 'node:process';
import type { Side } from './measure.ts';
import { type BenchNode, onNode } from './node.ts';

/** Something to measure, and how fast it is to be. */
export interface Goal {
  readonly title: string;
  /** dpu-doctor first, what it is held against second. */
  readonly sides: readonly [Side, Side];
  /** dpu-doctor's wall time, as a share of the other's, is to be no more. */
  readonly atMost: number;
  /** dpu-doctor's peak of memory, as a share of the other's, is to be no more. */
  readonly memoryAtMost?: number;
  /** What the processor time elsewhere is that of. */
  readonly elsewhere?: string;
  /** dpu-doctor's processor time, in milliseconds a target, is to be no more. */
  readonly cpuPerTarget?: number;
  readonly targets: number;
  /** A run takes milliseconds: more of them are made. */
  readonly short?: boolean;
}

const ROOT = join(import.meta.dirname, '..');

/** How many at a time. */
const CONCURRENCY = 16;

/** Exit codes that are verdicts: the testbed may well have something to warn of. */
const VERDICTS = [0, 1, 2];

export function goalsOf(bench: BenchNode): readonly Goal[] {
  const { sshConfig, targets, node } = bench;
  const yardstick = join(ROOT, 'bench/yardstick.sh');
  const dpuDoctor = [process.execPath, join(ROOT, 'dist/dpu-doctor.js')];
  const run = [...dpuDoctor, 'run', '--ssh-config', sshConfig];
  return [
    {
      title: 'the whole suite on the node itself',
      atMost: 1,
      targets: 1,
      sides: [
        {
          what: 'dpu-doctor run',
          argv: bench.inside(onNode.node, onNode.dpuDoctor, 'run'),
          exitCodes: VERDICTS,
        },
        { what: 'sh yardstick.sh', argv: bench.inside('sh', onNode.yardstick) },
      ],
    },
    {
      title: 'the whole suite over SSH',
      atMost: 1,
      targets: 1,
      sides: [
        {
          what: 'dpu-doctor run --target root@node',
          argv: [...run, '--target', `root@${node.name}`],
          exitCodes: VERDICTS,
          meter: bench.loginTime,
        },
        {
          what: 'ssh root@node sh < yardstick.sh',
          argv: ['sh', '-c', `exec ssh -F "$1" "$2" sh < "$3"`, 'sh', sshConfig, node.name, yardstick],
          meter: bench.loginTime,
        },
      ],
    },
    {
      title: `${targets.length} targets over SSH, ${CONCURRENCY} at a time`,
      atMost: 0.6,
      cpuPerTarget: 27,
      targets: targets.length,
      sides: [
        {
          what: `dpu-doctor run --concurrency ${CONCURRENCY} --target …`,
          argv: bench.besides(
            ...run,
            '--concurrency',
            String(CONCURRENCY),
            ...targets.flatMap((target) => ['--target', target]),
          ),
          exitCodes: VERDICTS,
          meter: bench.loginTime,
        },
        {
          what: `xargs -P${CONCURRENCY} ssh … sh < yardstick.sh`,
          argv: bench.besides(
            'sh',
            '-c',
            `config=$1 script=$2; shift 2
             printf '%s\\n' "$@" | xargs -P${CONCURRENCY} -I{} sh -c "exec ssh -F $config {} sh < $script"`,
            'sh',
            sshConfig,
            yardstick,
            ...targets,
          ),
          meter: bench.loginTime,
        },
      ],
    },
    {
      title: 'help',
      atMost: 2,
      targets: 1,
      short: true,
      sides: [
        { what: 'dpu-doctor --help', argv: [...dpuDoctor, '--help'] },
        { what: 'node -e 0', argv: [process.execPath, '-e', '0'] },
      ],
    },
  ];
}
