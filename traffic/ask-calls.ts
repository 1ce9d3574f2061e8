import type { Outcome } from '../facts/fact.ts';
import type { CommandAnswer } from '../facts/source.ts';
import { shell as shellSource } from '../facts/sources.ts';
import { newMark } from '../transports/mark.ts';
import { wayFailure } from './ask-fact.ts';
import { atOnce, type Call, parseAtOnce } from './at-once.ts';
import type { TrafficOptions } from './options.ts';
import type { Shell } from './shell.ts';

/** A call with the command as one would type it. */
export interface NamedCall extends Call {
  readonly command: string;
}

/** What a call said, on both streams together, and how long it took in milliseconds. */
export interface TimedAnswer extends CommandAnswer {
  readonly durationMs: number;
}

/** Runs all calls at once in one script of a shell; each gets one outcome, in their order. Never rejects. */
export async function askCalls(
  shell: Shell,
  calls: readonly NamedCall[],
  {
    timeout,
    signal,
    functions = '',
  }: Pick<TrafficOptions, 'timeout' | 'signal'> & { readonly functions?: string },
): Promise<readonly Outcome<TimedAnswer>[]> {
  const mark = newMark();
  const title = calls.map(({ command }) => command).join('; ');
  const source = shellSource(title, atOnce(calls, mark, functions), []);
  try {
    const raw = (await shell.ask([source], { timeout, sourceTimeout: timeout, signal })).get(source);
    if (raw?.ok !== true) return calls.map(() => raw ?? unanswered(title, shell));
    const answers = parseAtOnce(raw.parts[0]?.stdout ?? '', mark);
    return calls.map(({ command }, number): Outcome<TimedAnswer> => {
      const answer = answers.get(number);
      if (answer === undefined) return unanswered(command, shell);
      const { said, exitCode, durationMs } = answer;
      return { ok: true, value: { command, exitCode, stdout: said, stderr: '', durationMs } };
    });
  } catch (error) {
    const failure = wayFailure(error);
    return calls.map(() => ({ ok: false, failure }));
  }
}

const unanswered = (command: string, shell: Shell): Outcome<never> => ({
  ok: false,
  failure: {
    code: 'command-failed',
    message: `${command} in ${shell.name} gave no answer`,
    hint: 'Run it there and look; the shell may have been ended, or a program of it is missing.',
  },
});
