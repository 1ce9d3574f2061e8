import type { AnswerOf, CommandAnswer, Source } from './source.ts';

/** Why a fact could not be had. `message` says what was wanted and what came instead, `hint` what to do. */
export interface FactFailure {
  readonly code:
    | 'missing-program'
    | 'permission'
    | 'timeout'
    | 'too-much-output'
    | 'unparsable'
    | 'command-failed'
    | 'not-recorded'
    | 'unreachable'
    /** A cluster's API does not know what was asked for. */
    | 'not-found'
    /** Of traffic: not one packet was sent, so nothing is known of the way. */
    | 'no-packets'
    /** The programs that are there can't do what was wanted; nothing was tried. */
    | 'unsupported'
    | 'interrupted';
  readonly message: string;
  readonly hint?: string;
  /** The command or file that failed, and what it said. */
  readonly evidence?: Evidence;
}

/** A command or a file, and what it said. Every result of a check carries some. */
export interface Evidence {
  readonly source: string;
  readonly said: string;
}

export const evidence = (source: string, said: string): Evidence => ({ source, said });

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: FactFailure };

type Sources = Readonly<Record<string, Source>>;

export type Answers<S extends Sources> = { readonly [K in keyof S]: AnswerOf<S[K]> };

/** A subject that is read from a node in one round and parsed into a typed value. */
export interface Fact<Value = unknown, S extends Sources = Sources> {
  readonly title: string;
  readonly sources: S;
  /** Pure. Throws {@link FactError} where the answer can't be used; any other exception counts as unparsable. */
  parse(answers: Answers<S>): Value;
}

export function defineFact<const S extends Sources, Value>(fact: Fact<Value, S>): Fact<Value, S> {
  return fact;
}

/** Ends a fact's parse with the reason. Never leaves {@link parseFact}. */
export class FactError extends Error {
  readonly failure: FactFailure;

  constructor(failure: FactFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Runs a fact's parse; total. */
export function parseFact<Value, S extends Sources>(
  fact: Fact<Value, S>,
  answers: Answers<S>,
): Outcome<Value> {
  try {
    return { ok: true, value: fact.parse(answers) };
  } catch (error) {
    if (error instanceof FactError) return { ok: false, failure: error.failure };
    const detail = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      failure: { code: 'unparsable', message: `${fact.title}: the answer can't be parsed: ${detail}` },
    };
  }
}

/** The command's standard output, or the failure that its exit code and standard error tell. */
export function succeeded(answer: CommandAnswer): string {
  if (answer.exitCode !== 0) throw new FactError(commandFailure(answer));
  return answer.stdout;
}

/** The command's standard output as JSON. An empty output is an empty list, as `ip -j` prints it. */
export function json(answer: CommandAnswer): unknown {
  const text = succeeded(answer).trim();
  if (text === '') return [];
  try {
    return parseLoosely(text);
  } catch {
    throw new FactError({
      code: 'unparsable',
      message: `${answer.command} was expected to print JSON`,
      hint: `Run it on the node and look: ${answer.command}`,
      evidence: evidence(answer.command, excerpt(text)),
    });
  }
}

function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(mended(text));
  }
}

/**
 * iproute2's writer passes the control characters of a device's name on as they are, and older ones write `\'`. JSON
 * allows neither, and one such name would hide all the others.
 */
const mended = (text: string): string =>
  text.replace(/\\(.)|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/gs, (found, escaped?: string) => {
    if (escaped !== undefined) return escaped === "'" ? "'" : found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

/** What sudo complains of and runs the command all the same. */
const SUDO_WARNINGS = /^sudo: (?:unable to resolve host|setrlimit\().*\n?/gm;

const SUDO_REFUSALS = /^sudo: |^Sorry, user |is not in the sudoers file/m;

const program = (command: string): string => command.replace(/^sudo -n -- /, '').split(' ')[0] ?? command;

/** Tells why a command failed from its exit code and standard error. */
export function commandFailure(answer: CommandAnswer): FactFailure {
  const { command, exitCode } = answer;
  const stderr = answer.stderr.replace(SUDO_WARNINGS, '');
  const said = evidence(command, `exit code ${exitCode}: ${excerpt(stderr || answer.stdout) || 'no output'}`);
  if (exitCode === 127 || (/command not found/.test(stderr) && /sudo/.test(stderr))) {
    const name = program(command);
    return {
      code: 'missing-program',
      message: `${name} is not installed on the node`,
      hint: `Install ${name}, or leave out the checks that need it.`,
      evidence: said,
    };
  }
  if (exitCode === 126) {
    const name = program(command);
    return {
      code: 'permission',
      message: `${name} is on the node and can't be executed`,
      hint: `Look at its mode and at the mount options of its file system: ls -l "$(command -v ${name})"`,
      evidence: said,
    };
  }
  if (SUDO_REFUSALS.test(stderr)) {
    return {
      code: 'permission',
      message: `${program(command)} needs root, and sudo -n was refused`,
      hint: 'Log in as root, or allow the command in sudoers with NOPASSWD.',
      evidence: said,
    };
  }
  if (/permission denied|operation not permitted|must be root|are you root/i.test(stderr)) {
    return {
      code: 'permission',
      message: `${program(command)} was refused: it needs root`,
      hint: 'Log in as root, or install sudo and allow the command with NOPASSWD.',
      evidence: said,
    };
  }
  return { code: 'command-failed', message: `${command} failed`, evidence: said };
}

const EXCERPT_LENGTH = 400;

/** The start of a text, for evidence; says what it leaves out. */
export function excerpt(text: string, length = EXCERPT_LENGTH): string {
  const trimmed = text.trim();
  return trimmed.length <= length
    ? trimmed
    : `${trimmed.slice(0, length)} … (${trimmed.length - length} more characters)`;
}
