import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesError, type KubernetesErrorCode } from '../../kubernetes/error.ts';

/** What may be otherwise in a moment: nothing is known of what was asked. */
const LOST: readonly KubernetesErrorCode[] = ['unreachable', 'timeout', 'unavailable'];

export const isLost = (error: unknown): boolean =>
  error instanceof KubernetesError && LOST.includes(error.code);

/** In milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;

/** Does the work again while the API does not answer, until this moment (as performance.now counts); then rejects as it did. */
export async function persist<Value>(until: number, work: () => Promise<Value>): Promise<Value> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      if (!isLost(error) || performance.now() + pause > until) throw error;
      await delay(pause);
    }
  }
}
