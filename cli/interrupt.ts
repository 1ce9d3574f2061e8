import { milliseconds } from '../runner/clock.ts';
import { EXIT } from '../runner/report.ts';

/** npm passes on to its child the signal that the terminal has sent to both: so soon, a second one is the first. */
const ECHO = 1000;

/** Those that people and systems end a program with. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts its signal on SIGINT, SIGTERM and SIGHUP, which the end of a terminal or login brings, so that the run ends with
 * complete reports of what is known; a second one, a second later or more, ends at once.
 */
export function onInterrupt(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (): void => {
    const now = milliseconds();
    first ??= now;
    if (now - first > ECHO) process.exit(EXIT.interrupted);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    end() {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
