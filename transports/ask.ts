import { evidence, excerpt, type FactFailure } from '../facts/fact.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import type { Part } from './answers.ts';
import { type Frame, FrameReader } from './frames.ts';
import { newMark } from './mark.ts';
import { renderKill, renderScript } from './script.ts';
import { type Transport, TransportError } from './transport.ts';

/** A source's answer as it came, or why it did not. */
export type RawOutcome =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly failure: FactFailure };

export interface AskOptions {
  /** For the whole of it, in milliseconds. */
  readonly timeout: number;
  /** For one source, in milliseconds: then it is given up, and the others are asked without it. */
  readonly sourceTimeout: number;
  readonly signal: AbortSignal;
  /** Told when a script is on its way to the node. */
  readonly onSent?: () => void;
  /** Told of a source's answer when it is whole, while the node is busy with those of others. */
  readonly onAnswer?: (source: Source, answer: RawOutcome) => void;
  /** The first round's mark, where that round was begun before; otherwise every round has a new one. */
  readonly mark?: string;
}

/** More than this from one source, in bytes, is cut and stated. */
export const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** More than this from one node in one round, in bytes, is no answer but an attack or a fault: the round ends. */
export const MAX_NODE_BYTES = 8 * MAX_SOURCE_BYTES;

/** Before the shell has started, no more than this is read, in bytes: a banner, not a flood. */
const MAX_NOISE_BYTES = 1024 * 1024;

/**
 * Asks a node for all sources in one script. A source that hangs or never stops printing is given up, and the ones
 * after it are asked in a further round, so that it costs nobody but the facts that need it.
 *
 * @throws {TransportError} where the node gave no answer at all.
 */
export async function ask(
  transport: Transport,
  sources: readonly Source[],
  options: AskOptions,
): Promise<Map<Source, RawOutcome>> {
  const outcomes = new Map<Source, RawOutcome>();
  const deadline = Date.now() + options.timeout;
  let remaining = [...sources];
  while (remaining.length > 0) {
    const round = await runRound(transport, remaining, deadline, options, outcomes.size > 0);
    for (const [source, outcome] of round.outcomes) outcomes.set(source, outcome);
    remaining = round.remaining;
  }
  return outcomes;
}

interface Round {
  readonly outcomes: ReadonlyMap<Source, RawOutcome>;
  readonly remaining: Source[];
}

async function runRound(
  transport: Transport,
  sources: readonly Source[],
  deadline: number,
  options: AskOptions,
  answeredBefore: boolean,
): Promise<Round> {
  const mark = (answeredBefore ? undefined : options.mark) ?? newMark();
  const stdout = new FrameReader(mark);
  const stderr = new FrameReader(mark);
  const stop = new AbortController();
  const watch = watchdog(stdout, deadline, options, stop);
  const outcomes = new Map<Source, RawOutcome>();
  const collect = collector(stdout, stderr, (number, parts) => {
    const source = sources[number];
    if (source === undefined) return;
    const outcome: RawOutcome = { ok: true, parts };
    outcomes.set(source, outcome);
    options.onAnswer?.(source, outcome);
  });
  const take = (reader: FrameReader, chunk: Buffer): void => {
    watch.take(reader, chunk);
    collect();
  };
  let broken: FactFailure | undefined;
  try {
    await transport.run(renderScript(sources, mark), {
      signal: AbortSignal.any([stop.signal, options.signal]),
      onStdout: (chunk) => take(stdout, chunk),
      onStderr: (chunk) => take(stderr, chunk),
      ...(options.onSent === undefined ? {} : { onSent: options.onSent }),
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    if (!stdout.started && !answeredBefore && !options.signal.aborted) throw error;
    broken = { code: 'unreachable', message: error.message, hint: error.hint };
  } finally {
    watch.end();
  }
  const givenUp = options.signal.aborted || watch.verdict !== undefined;
  if (givenUp && stdout.processGroup !== undefined)
    await endLeftover(transport, stdout.processGroup, watch.verdict?.culprit ? LONG : SHORT);
  if (options.signal.aborted) broken = INTERRUPTED;
  else if (!stdout.started && broken === undefined && !answeredBefore)
    throw noShell(transport, stdout, stderr, watch.verdict);

  const [culprit, ...rest] = sources.filter((source) => !outcomes.has(source));
  if (culprit === undefined) return { outcomes, remaining: [] };
  const given = broken ?? watch.failure(culprit) ?? cut(transport);
  outcomes.set(culprit, { ok: false, failure: given });
  // Only a source that was given up leaves a node worth asking again.
  if (broken === undefined && watch.verdict?.culprit === true)
    return { outcomes, remaining: othersFirst(rest, culprit) };
  for (const source of rest) outcomes.set(source, { ok: false, failure: given });
  return { outcomes, remaining: [] };
}

/** What hangs once will hang again, and the time of the node is short: first what runs other programs. */
function othersFirst(sources: readonly Source[], culprit: Source): Source[] {
  const hung = new Set(programsOf(culprit));
  const [alike, others] = [[], []] as [Source[], Source[]];
  for (const source of sources)
    (programsOf(source).some((name) => hung.has(name)) ? alike : others).push(source);
  return [...others, ...alike];
}

function programsOf(source: Source): readonly string[] {
  if (source.kind === 'shell') return source.runs;
  return 'argv' in source ? source.argv.slice(0, 1) : [];
}

/** A node gets this long to end what was given up, in milliseconds: long where it answers, short where it may be gone. */
const LONG = 5000;
const SHORT = 1000;

/** What was given up must not go on on the node: sshd ends no process of root's, and docker none at all. */
async function endLeftover(transport: Transport, processGroup: number, timeout: number): Promise<void> {
  const ignore = (): void => {};
  const signal = AbortSignal.timeout(timeout);
  await transport.run(renderKill(processGroup), { signal, onStdout: ignore, onStderr: ignore }).catch(ignore);
}

const INTERRUPTED: FactFailure = {
  code: 'interrupted',
  message: 'the run was interrupted before the node had answered',
};

const cut = (transport: Transport): FactFailure => ({
  code: 'unreachable',
  message: `the answer of ${transport.uri} ended before the script was done`,
  hint: 'The connection or the shell was ended on the node. Try again; look for an out-of-memory kill or a restart there.',
});

function noShell(
  transport: Transport,
  stdout: FrameReader,
  stderr: FrameReader,
  verdict: Verdict | undefined,
): TransportError {
  const said = excerpt(stdout.unframed() || stderr.unframed(), 200);
  const instead = said === '' ? 'nothing' : `'${said}'`;
  if (verdict?.failure.code === 'timeout') {
    return new TransportError(
      'timeout',
      `${transport.uri} accepted the login and said ${instead} for ${verdict.seconds} s`,
      'Look whether the node is overloaded or its login shell waits for input; raise --timeout for a slow node.',
    );
  }
  return new TransportError(
    'no-shell',
    `${transport.uri} ran no POSIX shell: it said ${instead}`,
    'The login must be able to run sh: choose a user whose shell is sh, bash or the like.',
  );
}

interface Verdict {
  readonly failure: Omit<FactFailure, 'message'>;
  readonly seconds: number;
  /** One source is to blame; otherwise the time for the node is over. */
  readonly culprit: boolean;
}

/** Ends the round when a source takes too long or says too much, or when the time for the node is over. */
function watchdog(stdout: FrameReader, deadline: number, options: AskOptions, stop: AbortController) {
  let verdict: Verdict | undefined;
  let timer: NodeJS.Timeout | undefined;
  let framesSeen = -1;
  const blame = (code: FactFailure['code'], milliseconds: number, culprit: boolean): void => {
    verdict ??= { failure: { code }, seconds: Math.round(milliseconds / 1000), culprit };
    stop.abort();
  };
  const arm = (): void => {
    clearTimeout(timer);
    const left = Math.max(0, deadline - Date.now());
    if (options.sourceTimeout < left && stdout.started) {
      timer = setTimeout(() => blame('timeout', options.sourceTimeout, true), options.sourceTimeout);
    } else {
      timer = setTimeout(() => blame('timeout', options.timeout, false), left);
    }
  };
  arm();
  return {
    take(reader: FrameReader, chunk: Buffer): void {
      if (verdict !== undefined) return;
      reader.push(chunk);
      const limit = reader.started ? MAX_SOURCE_BYTES : MAX_NOISE_BYTES;
      if (reader.totalBytes > MAX_NODE_BYTES) blame('too-much-output', 0, false);
      else if (reader.openBytes > limit) blame('too-much-output', 0, reader.started);
      const seen = stdout.done.size + (stdout.started ? 1 : 0);
      if (seen !== framesSeen) {
        framesSeen = seen;
        arm();
      }
    },
    end(): void {
      clearTimeout(timer);
    },
    get verdict(): Verdict | undefined {
      return verdict;
    },
    failure(source: Source): FactFailure | undefined {
      if (verdict === undefined) return undefined;
      const name = sourceKey(source);
      if (verdict.failure.code === 'too-much-output') {
        const message = verdict.culprit
          ? `${name} said more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB and was cut`
          : `the node said more than ${MAX_NODE_BYTES / 1024 / 1024} MiB and was cut at: ${name}`;
        return {
          code: 'too-much-output',
          message,
          hint: 'Run it on the node and look at what it prints.',
          evidence: evidence(name, message),
        };
      }
      const message = verdict.culprit
        ? `${name} had not answered after ${verdict.seconds} s`
        : `the node's time of ${verdict.seconds} s was over at: ${name}`;
      return {
        code: 'timeout',
        message,
        hint: 'Run it on the node and look why it hangs; raise --timeout for a slow node.',
        evidence: evidence(name, message),
      };
    },
  };
}

/** Puts the two streams' frames together as they come, and tells each source's once both streams are done with it. */
function collector(
  stdout: FrameReader,
  stderr: FrameReader,
  tell: (source: number, parts: readonly Part[]) => void,
): () => void {
  const parts = new Map<number, Part[]>();
  const told = new Set<number>();
  let taken = 0;
  return () => {
    for (; taken < Math.min(stdout.frames.length, stderr.frames.length); taken++) {
      const { source, path, exitCode, text } = stdout.frames[taken] as Frame;
      const list = parts.get(source) ?? [];
      list.push({ path, exitCode, stdout: text, stderr: stderr.frames[taken]?.text ?? '' });
      parts.set(source, list);
    }
    for (const source of stdout.done) {
      if (told.has(source) || !stderr.done.has(source)) continue;
      told.add(source);
      tell(source, parts.get(source) ?? []);
    }
  };
}
