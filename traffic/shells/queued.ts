import type { Transport } from '../../transports/transport.ts';

/** Runs at most so many scripts at a time; the others wait, in the order in which they came, or until they are aborted. */
export function queued(transport: Transport, limit: number): Transport {
  let free = limit;
  const waiting: (() => void)[] = [];
  const enter = async (signal: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiting.splice(waiting.indexOf(resolve), 1);
      reject(ABORTED);
    };
    waiting.push(resolve);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    await promise;
    signal.removeEventListener('abort', leave);
  };
  const exit = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    uri: transport.uri,
    async run(script, options) {
      try {
        await enter(options.signal);
      } catch (error) {
        if (error !== ABORTED) throw error;
        return { exitCode: undefined, signal: 'SIGKILL' };
      }
      try {
        return await transport.run(script, options);
      } finally {
        exit();
      }
    },
    close: () => transport.close(),
  };
}

const ABORTED = new Error('aborted while it waited');
