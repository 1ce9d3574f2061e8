import { EXIT } from '../runner/report.ts';

/** npm passes on to its child the signal that the terminal has sent to both: so soon, a second one is the first. */
const ECHO = 1000;

/**
 * Aborts its signal on SIGINT and SIGTERM, so that the run ends with complete reports of what is known; a second one, a
 * second later or more, ends at once.
 */
export function onInterrupt(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (): void => {
    const now = performance.now();
    first ??= now;
    if (now - first > ECHO) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    end() {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}
