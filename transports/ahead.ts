import type { Source } from '../facts/source.ts';
import { type AskOptions, ask, type RawOutcome } from './ask.ts';
import type { NodeAccess } from './connect.ts';
import { localTransport } from './local.ts';
import type { Begun } from './process.ts';

/** This machine, which has been asked already. */
export interface AskedAhead extends NodeAccess {
  /** Ends what was asked, where nobody will take the answers. */
  abandon(): void;
}

/** A shell of this machine that has been given a script, and the mark of its answers. */
export interface BegunShell {
  readonly shell: Begun;
  readonly mark: string;
}

/**
 * Asks this machine before anybody knows what for, each list of sources in a shell of its own: the first who asks gets
 * these answers, among which those to the sources that are wanted must be. Whoever asks again asks anew. Shells that were
 * begun before even the sources were known are taken, each if its script is that of its list with its mark.
 */
export function askAhead(
  lists: readonly (readonly Source[])[],
  limits: Omit<AskOptions, 'signal'>,
  begun: readonly BegunShell[] = [],
): AskedAhead {
  const stop = new AbortController();
  const early: [Source, RawOutcome][] = [];
  let tell: NonNullable<AskOptions['onAnswer']> = (source, answer) => early.push([source, answer]);
  const asking = lists.map((sources, index) => {
    const { shell, mark } = begun[index] ?? {};
    return ask(localTransport(shell), sources, {
      ...limits,
      ...(mark === undefined ? {} : { mark }),
      signal: stop.signal,
      onAnswer: (source, answer) => tell(source, answer),
    });
  });
  let answers: Promise<Map<Source, RawOutcome>> | undefined = merged(asking);
  // Whoever asks is told of a failure; nobody takes the answers to the other list then.
  answers.catch(() => stop.abort());
  const anew = localTransport();
  return {
    uri: anew.uri,
    ask(wanted, options) {
      const first = answers;
      answers = undefined;
      if (first === undefined) return ask(anew, wanted, options);
      const end = (): void => stop.abort();
      if (options.signal.aborted) end();
      else options.signal.addEventListener('abort', end, { once: true });
      options.onSent?.();
      tell = options.onAnswer ?? (() => {});
      for (const [source, answer] of early.splice(0)) tell(source, answer);
      return first;
    },
    close: () => anew.close(),
    abandon() {
      if (answers !== undefined) stop.abort();
    },
  };
}

const merged = async (
  asking: readonly Promise<ReadonlyMap<Source, RawOutcome>>[],
): Promise<Map<Source, RawOutcome>> =>
  new Map((await Promise.all(asking)).flatMap((answers) => [...answers]));
