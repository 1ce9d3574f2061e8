import type { Source } from '../facts/source.ts';
import { type AskOptions, ask, type RawOutcome } from './ask.ts';
import type { NodeAccess } from './connect.ts';
import { localTransport } from './local.ts';

/** This machine, which has been asked already. */
export interface AskedAhead extends NodeAccess {
  /** Ends what was asked, where nobody will take the answers. */
  abandon(): void;
}

/**
 * Asks this machine before anybody knows what for: the first who asks gets these answers, among which those to the
 * sources that are wanted must be. Whoever asks again asks anew.
 */
export function askAhead(sources: readonly Source[], limits: Omit<AskOptions, 'signal'>): AskedAhead {
  const transport = localTransport();
  const stop = new AbortController();
  const early: [Source, RawOutcome][] = [];
  let tell: NonNullable<AskOptions['onAnswer']> = (source, answer) => early.push([source, answer]);
  let answers: Promise<Map<Source, RawOutcome>> | undefined = ask(transport, sources, {
    ...limits,
    signal: stop.signal,
    onAnswer: (source, answer) => tell(source, answer),
  });
  // Whoever asks is told of a failure.
  answers.catch(() => undefined);
  return {
    uri: transport.uri,
    ask(wanted, options) {
      const first = answers;
      answers = undefined;
      if (first === undefined) return ask(transport, wanted, options);
      const end = (): void => stop.abort();
      if (options.signal.aborted) end();
      else options.signal.addEventListener('abort', end, { once: true });
      options.onSent?.();
      tell = options.onAnswer ?? (() => {});
      for (const [source, answer] of early.splice(0)) tell(source, answer);
      return first;
    },
    close: () => transport.close(),
    abandon() {
      if (answers !== undefined) stop.abort();
    },
  };
}
