import { PATH_KINDS } from '../facts/traffic/path.ts';
import { isPathCheck } from '../runner/paths.ts';
import type { RunRequest } from '../runner/run.ts';
import type { Selection, TrafficOptions } from '../traffic/options.ts';
import { didYouMean, UsageError } from './usage-error.ts';
import { parseCount, words } from './values.ts';

/** What the command line says about the traffic that is sent. */
export interface TrafficFlags {
  readonly paths?: string;
  readonly packets?: string;
  readonly image?: string;
  readonly pod?: readonly string[];
  readonly keepOnFailure?: boolean;
}

/** Alpine's is BusyBox, which has all that is asked of it, and it is small. */
const IMAGE = 'alpine:3';
const PACKETS = '5';
/** Of one path, in milliseconds. */
const PATH_TIMEOUT = 20_000;
/** How many paths are under way at a time: what they share is not to be the cause of a loss. */
const PATHS_AT_A_TIME = 64;

/** A pod by its name, or the pods with a label, whose key may have a prefix. */
const POD = /^[a-z0-9-]+\/([a-z0-9.-]+|[A-Za-z0-9._/-]+=[A-Za-z0-9._-]*)$/;

const SELECTIONS: readonly Selection[] = ['all', 'ring', 'sample'];

/** What sends traffic, where checks that judge it were chosen. @throws {UsageError} */
export function trafficOf(
  flags: TrafficFlags,
  { checks, ssh, signal, listen }: Pick<RunRequest, 'checks' | 'ssh' | 'signal' | 'listen'>,
): Pick<RunRequest, 'measure'> {
  const chosen = typeof checks === 'function' ? [] : checks.filter(isPathCheck);
  if (chosen.length === 0) {
    mustNotBeGiven(flags);
    return {};
  }
  const options = { ...parsed(flags), ...(ssh === undefined ? {} : { ssh }), signal };
  return {
    async measure(found) {
      const { measureTraffic } = await import('../traffic/measure.ts');
      return measureTraffic(found, {
        ...options,
        wanted: (path) => chosen.some((check) => check.concerns(path)),
        streams: chosen.some(({ measures }) => measures === 'stream'),
        progress: (line) => listen({ kind: 'traffic', line }),
      });
    },
  };
}

function parsed(flags: TrafficFlags): Omit<TrafficOptions, 'signal' | 'progress' | 'ssh'> {
  const selection = SELECTIONS.find((name) => name === (flags.paths ?? 'sample'));
  if (selection === undefined)
    throw new UsageError(
      `'${flags.paths}' is no choice of paths`,
      `${didYouMean(flags.paths ?? '', SELECTIONS)}Write --paths all, ring or sample.`,
    );
  const pods = words('--pod', flags.pod);
  const wrong = pods.find((pod) => !POD.test(pod));
  if (wrong !== undefined)
    throw new UsageError(
      `'${wrong}' names no pod`,
      'Write --pod NAMESPACE/NAME, or --pod NAMESPACE/LABEL=VALUE.',
    );
  return {
    runId: `${new Date().toISOString().slice(0, 19).replace(/\D/g, '')}-${Buffer.from(crypto.getRandomValues(new Uint8Array(3))).toString('hex')}`,
    image: flags.image ?? IMAGE,
    selection,
    kinds: PATH_KINDS,
    packets: parseCount(flags.packets ?? PACKETS),
    pods,
    keepOnFailure: flags.keepOnFailure ?? false,
    concurrency: PATHS_AT_A_TIME,
    timeout: PATH_TIMEOUT,
  };
}

/** An option that has no effect is a mistake that must not pass for its effect. */
function mustNotBeGiven(flags: TrafficFlags): void {
  const given = Object.entries({
    '--paths': flags.paths,
    '--packets': flags.packets,
    '--image': flags.image,
    '--pod': flags.pod,
    '--keep-on-failure': flags.keepOnFailure,
  }).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new UsageError(
    `${given[0]} is about the traffic that is sent, and no check was chosen that has any sent`,
    'Run the suite traffic or conformance: dpu-doctor run traffic',
  );
}
