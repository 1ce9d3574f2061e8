import { setTimeout as delay } from 'node:timers/promises';
import { optionalText, record, records, text } from '../../facts/json.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { mapLimited } from '../../transports/limit.ts';
import { contentOf, itemName, ownContent } from './content.ts';
import { type OwnObject, ownNamespace } from './identity.ts';
import { persist } from './patience.ts';

export interface RemoveOptions {
  /** Remove the namespace also where others have put something into it. */
  readonly foreign: boolean;
  /** Without an end of the work, in milliseconds; also how long a lost connection is tried again. */
  readonly patience: number;
}

/** So many deletions at a time. */
const AT_A_TIME = 8;
const INTERVAL = 250;
const MOST_NAMED = 5;

export const namespacePath = (name: string): string => `/api/v1/namespaces/${encodeURIComponent(name)}`;

/**
 * Removes what a run has made in its namespace, then the namespace, and waits until each is gone. Gives why it is still
 * there; undefined where it is gone. Rejects for no answer of the cluster, and hears of no interruption.
 */
export async function removeRun(
  cluster: WritableCluster,
  namespace: OwnObject,
  options: RemoveOptions,
): Promise<string | undefined> {
  try {
    return await remove(cluster, namespace, options);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return error.message;
  }
}

async function remove(
  cluster: WritableCluster,
  { name, uid, run }: OwnObject,
  { foreign, patience }: RemoveOptions,
): Promise<string | undefined> {
  const signal = new AbortController().signal;
  const until = performance.now() + patience;
  const asked = <Value>(work: () => Promise<Value>): Promise<Value> => persist(until, work);
  const one = { signal, timeout: Math.min(patience, 10_000) };

  const leaving = await waitUntil(until, async () => {
    const own = await asked(() => ownContent(cluster, name, run, signal));
    if (own.length === 0) return 'gone';
    await mapLimited(own, AT_A_TIME, (item) => asked(() => cluster.remove(item.path, item.uid, one)));
    return own.map(itemName);
  });
  if (leaving !== 'gone') return `not gone after ${seconds(patience)}: ${listed(leaving)}`;

  const before = await asked(() => find(cluster, name, signal));
  if (before?.uid !== uid) return undefined;
  if (!foreign && !before.deleting) {
    const others = (await asked(() => contentOf(cluster, name, run, signal))).foreign;
    if (others.length > 0) return `others have put something into it: ${listed(others.map(itemName))}`;
  }
  await asked(() => cluster.remove(namespacePath(name), uid, one));
  const still = await waitUntil(until, async () => {
    const there = await asked(() => find(cluster, name, signal));
    return there?.uid === uid ? [there.why] : 'gone';
  });
  if (still === 'gone') return undefined;
  return `still being removed after ${seconds(patience)}${still[0] ? `: ${still[0]}` : ''}`;
}

/** Asks again until it is gone or the time is over; gives what is there then. */
async function waitUntil(
  until: number,
  look: () => Promise<readonly string[] | 'gone'>,
): Promise<readonly string[] | 'gone'> {
  for (;;) {
    const found = await look();
    if (found === 'gone' || performance.now() + INTERVAL > until) return found;
    await delay(INTERVAL);
  }
}

interface Found {
  readonly uid: string;
  readonly deleting: boolean;
  /** What keeps it from going, where the namespace controller says so. */
  readonly why: string;
}

async function find(cluster: WritableCluster, name: string, signal: AbortSignal): Promise<Found | undefined> {
  try {
    const object = record(await cluster.get(namespacePath(name), { signal }));
    const metadata = record(object['metadata']);
    const conditions = records(record(object['status'])['conditions']);
    return {
      uid: text(metadata, 'uid'),
      deleting: metadata['deletionTimestamp'] !== undefined,
      why: conditions
        .filter((condition) => condition['status'] === 'True')
        .flatMap((condition) => optionalText(condition, 'message') ?? [])
        .join('; '),
    };
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

/** The namespace, if a run has made it; undefined where there is none of that name, or somebody else's. */
export async function findOwnNamespace(
  cluster: WritableCluster,
  name: string,
  signal: AbortSignal,
): Promise<OwnObject | undefined> {
  try {
    return ownNamespace(await cluster.get(namespacePath(name), { signal }));
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
