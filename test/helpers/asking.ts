import type { Source } from '../../facts/source.ts';
import type { AskOptions, RawOutcome } from '../../transports/ask.ts';
import type { RunOptions, RunResult, Transport } from '../../transports/transport.ts';

/** Time enough for what a test asks, on a busy machine too; the signal is that of nobody. */
export const unhurried = (given: Partial<AskOptions> = {}): AskOptions => ({
  timeout: 90_000,
  sourceTimeout: 60_000,
  signal: new AbortController().signal,
  ...given,
});

/** A transport that runs nothing: it is told what a node says to a script, given the script's mark. */
export function speaking(
  speak: (options: RunOptions, mark: string, script: string) => Promise<RunResult> | RunResult,
): Transport & { readonly scripts: string[] } {
  const scripts: string[] = [];
  return {
    uri: 'test:',
    scripts,
    async run(script, options) {
      scripts.push(script);
      const mark = /^mark=(\S+)$/m.exec(script)?.[1] ?? '';
      return speak(options, mark, script);
    },
    close: async () => {},
  };
}

/** Resolves when the run is given up. */
export const untilAborted = (signal: AbortSignal): Promise<RunResult> =>
  new Promise((resolve) => {
    const end = (): void => resolve({ exitCode: undefined, signal: 'SIGKILL' });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

/** The first answer's standard output, or the failure's code. */
export function said(outcomes: ReadonlyMap<Source, RawOutcome>, source: Source): string | undefined {
  const outcome = outcomes.get(source);
  if (outcome === undefined) return undefined;
  return outcome.ok ? outcome.parts[0]?.stdout : outcome.failure.code;
}
