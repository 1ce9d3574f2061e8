import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import { namedObjects, type ObjectIdentity, textMap } from '../../facts/cluster/objects.ts';

/*
 * By what an object is known to be a run's: a label that common tools show, a label with the run's id, an annotation
 * that says who made it and when, and, of a namespace, the name that belongs to the id. Who lacks any of them was made
 * by somebody else.
 */

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const TOOL = 'dpu-doctor';
const RUN = 'dpu-doctor/run';
const MADE_AT = 'dpu-doctor/made-at';
const MADE_BY = 'dpu-doctor/made-by';

/** Chooses what runs have made: of all of them, or of one. */
export const selectorOf = (run?: string): string =>
  run === undefined ? `${MANAGED_BY}=${TOOL}` : `${MANAGED_BY}=${TOOL},${RUN}=${run}`;

export const namespaceOf = (run: string): string => `${TOOL}-${run}`;

export interface Metadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What every object of a run carries. */
export function ownMetadata(run: string, now = new Date()): Metadata {
  return {
    labels: { [MANAGED_BY]: TOOL, [RUN]: run },
    annotations: { [MADE_AT]: now.toISOString(), [MADE_BY]: maker() },
  };
}

/** `root@host, process 1234`. */
const maker = (): string => `${userName()}@${hostname()}, process ${process.pid}`;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not be in its passwd.
    return `user ${process.getuid?.() ?? ''}`.trim();
  }
}

/** An object that a run has made. */
export interface OwnObject extends ObjectIdentity {
  readonly run: string;
  /** RFC 3339 where it is right. */
  readonly madeAt: string;
  readonly madeBy: string;
  /** Someone asked for its deletion. */
  readonly deleting: boolean;
}

/** The object as a run's; undefined where any sign is missing. Total. */
export function ownObject(object: unknown): OwnObject | undefined {
  const [found] = namedObjects([object]);
  if (found === undefined) return undefined;
  const labels = textMap(found.metadata['labels']);
  const annotations = textMap(found.metadata['annotations']);
  const run = labels.get(RUN);
  const madeAt = annotations.get(MADE_AT);
  const madeBy = annotations.get(MADE_BY);
  if (labels.get(MANAGED_BY) !== TOOL || !run || madeAt === undefined || madeBy === undefined)
    return undefined;
  return { ...found.id, run, madeAt, madeBy, deleting: found.metadata['deletionTimestamp'] !== undefined };
}

/** The namespace as that of a run: by its name, too. */
export function ownNamespace(object: unknown): OwnObject | undefined {
  const own = ownObject(object);
  return own?.name === namespaceOf(own?.run ?? '') ? own : undefined;
}

/** The process that made it, where it was made on this machine and still runs; this process itself is none. */
export function runningMaker({ madeBy }: Pick<OwnObject, 'madeBy'>): number | undefined {
  const [, host, digits] = /@(.*), process (\d{1,9})$/.exec(madeBy) ?? [];
  const pid = Number(digits);
  if (host !== hostname() || !(pid > 0) || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process may be there, and may not be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
  }
}
