import { setTimeout as delay } from 'node:timers/promises';
import { whyStuck } from '../../facts/derived/cluster/never-recovers.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { isLost } from './patience.ts';
import { hasEnded, isReady, type PodState, podStates } from './state.ts';

export interface Awaited {
  readonly namespace: string;
  readonly labelSelector: string;
  readonly names: readonly string[];
  /** In milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** A list of all pods at a time, in milliseconds: more seldom where it is long. */
const intervalOf = (count: number): number => (count > 200 ? 2000 : 300);

/**
 * Waits until each of the pods is ready, has ended, or can't become ready by itself, or until the time is over or the
 * signal is given. Gives the last state of each that is there, by name.
 *
 * @throws {KubernetesError} where the pods can't be listed, and that is not for a moment
 */
export async function waitUntilReady(
  cluster: WritableCluster,
  { namespace, labelSelector, names, timeout, signal }: Awaited,
): Promise<ReadonlyMap<string, PodState>> {
  const until = performance.now() + timeout;
  const interval = intervalOf(names.length);
  let states: ReadonlyMap<string, PodState> = new Map();
  for (;;) {
    try {
      const listed = await podStates(cluster, namespace, labelSelector, signal);
      states = new Map(listed.map((state) => [state.pod.name, state]));
      if (names.every((name) => isSettled(states.get(name)))) return states;
    } catch (error) {
      if (signal.aborted) return states;
      if (!isLost(error) || performance.now() > until) throw error;
    }
    if (signal.aborted || performance.now() + interval > until) return states;
    await delay(interval, undefined, { signal }).catch(() => undefined);
  }
}

/** Of one that is gone nothing more is to be expected either. */
const isSettled = (state: PodState | undefined): boolean =>
  state === undefined || isReady(state) || hasEnded(state) || whyStuck(state.pod, []) !== undefined;
