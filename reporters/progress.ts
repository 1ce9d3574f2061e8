import type { RunEvent, RunListener } from '../runner/events.ts';
import type { Report, Verdict } from '../runner/report.ts';
import { someOf } from './layout.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { cutTo } from './width.ts';
import { count, duration } from './words.ts';

/** Where progress goes, and what it needs of the world. */
export interface ProgressSurface {
  /** To standard error: standard output is the reports'. */
  readonly write: (text: string) => void;
  /** One line that is drawn again and again; otherwise a line for each event, as a log wants it. */
  readonly redraws: boolean;
  readonly look: Look;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back regularly until the returned function is called, and keeps no process alive. */
  readonly every: (ms: number, call: () => void) => () => void;
}

export interface Progress {
  readonly listen: RunListener;
  /** Takes the line away, however the run ended. May be called again. */
  stop(): void;
}

const REDRAW_MS = 100;
/** Goes to the start of the line and erases it (ECMA-48 CR, EL). */
const ERASE = '\r\u001b[2K';

/** Live progress of a run. */
export const progressOn = (surface: ProgressSurface): Progress =>
  surface.redraws ? redrawnLine(surface) : logLines(surface);

/** What the targets are called together: nodes, unless clusters are among them. */
const extent = (targets: readonly string[]): string =>
  count(targets.length, targets.some((name) => name.startsWith('cluster:')) ? 'target' : 'node');

interface State {
  readonly started: number;
  targets: readonly string[];
  checks: number;
  answered: number;
  readonly waiting: Set<string>;
  /** With --wait, what is to pass before it is asked again. */
  awaited: readonly string[];
  readonly verdicts: Partial<Record<Verdict, number>>;
}

function advance(state: State, event: RunEvent): void {
  switch (event.kind) {
    case 'run-started':
      state.targets = event.targets;
      state.checks = event.checks;
      break;
    case 'targets-found':
      state.targets = event.targets;
      break;
    case 'waiting':
      state.awaited = event.for;
      break;
    case 'target-started':
      state.awaited = [];
      // With --wait a target is asked again: it counts as answered once.
      state.waiting.add(event.target);
      break;
    case 'target-answered':
      state.waiting.delete(event.target);
      state.answered = Math.min(state.targets.length, state.answered + 1);
      break;
    case 'result':
      state.verdicts[event.result.verdict] = (state.verdicts[event.result.verdict] ?? 0) + 1;
      break;
  }
}

function redrawnLine({ write, look, now, every }: ProgressSurface): Progress {
  const state: State = {
    started: now(),
    targets: [],
    checks: 0,
    answered: 0,
    waiting: new Set(),
    awaited: [],
    verdicts: {},
  };
  let drawn = '';
  let frame = 0;
  const draw = (): void => {
    const line = look.finish(cutTo(statusLine(state, look, now(), frame), look.width - 1, '…'));
    if (line !== drawn) write(ERASE + line);
    drawn = line;
  };
  const cancel = every(REDRAW_MS, () => {
    frame += 1;
    draw();
  });
  const stop = (): void => {
    cancel();
    if (drawn !== '') write(ERASE);
    drawn = '';
  };
  return {
    listen: (event) => {
      advance(state, event);
      if (event.kind === 'run-finished') stop();
      else if (event.kind === 'traffic') {
        write(`${drawn === '' ? '' : ERASE}${look.finish(`${safeLine(event.line)}\n`)}`);
        drawn = '';
        draw();
      } else if (event.kind === 'run-started') draw();
    },
    stop,
  };
}

function statusLine(state: State, look: Look, now: number, frame: number): string {
  const spinner = look.spinner[frame % look.spinner.length] ?? '';
  const judged = Object.values(state.verdicts).reduce((sum, number) => sum + number, 0);
  const checks = state.checks > 0 ? `${judged} of ${count(state.checks, 'check')}` : count(judged, 'check');
  const names = [...state.waiting].map(safeLine);
  return [
    `${spinner} ${state.answered} of ${extent(state.targets)} answered`,
    ...(judged === 0 ? [] : [checks]),
    ...(state.verdicts.fail ? [`${state.verdicts.fail} failed`] : []),
    ...(state.verdicts.error ? [`${state.verdicts.error} undetermined`] : []),
    duration(now - state.started),
    ...(names.length === 0 ? [] : [`waiting for ${names.join(', ')}`]),
    ...(state.awaited.length === 0 ? [] : [`waiting until these pass: ${awaited(state.awaited)}`]),
  ].join(' · ');
}

function logLines({ write, look }: ProgressSurface): Progress {
  const say = (text: string): void => write(look.finish(`${text}\n`));
  return {
    listen: (event) => {
      const line = logLine(event);
      if (line !== undefined) say(line);
    },
    stop: () => undefined,
  };
}

function logLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'run-started':
      return `examining ${extent(event.targets)}, suite ${safeLine(event.suite)}`;
    case 'targets-found':
      return event.notLoggedIn === 0
        ? undefined
        : `${count(event.notLoggedIn, 'node')} found and not logged in to`;
    case 'target-answered':
      return event.failure === undefined
        ? `${safeLine(event.target)}: answered in ${duration(event.ms)}`
        : `${safeLine(event.target)}: ${safeLine(event.failure.message)} (after ${duration(event.ms)})`;
    case 'waiting':
      return [
        `waiting ${duration(event.ms)} at most for ${awaited(event.for)}`,
        ...event.givenUp.map((reason) => `not waiting for what hangs on this: ${safeLine(reason)}`),
      ].join('\n');
    case 'traffic':
      return safeLine(event.line);
    case 'run-finished':
      return finishedLine(event.report);
    default:
      return undefined;
  }
}

const MOST_AWAITED = 4;

const awaited = (names: readonly string[]): string => someOf(names.map(safeLine), MOST_AWAITED);

const finishedLine = ({ summary, durationMs, interrupted }: Report): string =>
  `${interrupted ? 'interrupted' : 'done'} in ${duration(durationMs)}: ${summary.pass} passed, ${summary.fail} failed, ${summary.error} undetermined, ${count(summary.warn, 'warning')}, ${summary.skip} skipped, ${summary.blocked} blocked`;
