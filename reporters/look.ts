import type { ChalkInstance } from 'chalk';
import type { Verdict } from '../runner/report.ts';
import type { Terminal } from './terminal.ts';

/** How things look in one terminal. */
export interface Look {
  readonly width: number;
  readonly symbol: Readonly<Record<Verdict, string>>;
  /** Frames of what turns while something is waited for. */
  readonly spinner: readonly string[];
  /** Colours a text as its verdict is coloured. */
  paint(verdict: Verdict, text: string): string;
  bold(text: string): string;
  dim(text: string): string;
  /** A command to paste. */
  command(text: string): string;
  /** Gives finished text the characters that the terminal can show. */
  finish(text: string): string;
}

const SYMBOLS = { pass: '✓', warn: '!', fail: '✗', error: '?', skip: '–', blocked: '⊘' };
const ASCII_SYMBOLS = { pass: '+', warn: '!', fail: 'x', error: '?', skip: '-', blocked: '#' };

const SPINNER = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const ASCII_SPINNER = ['-', '\\', '|', '/'];

const same = (text: string): string => text;

/** chalk is loaded only where there are colours. */
export async function lookOf({ width, colour, unicode }: Terminal): Promise<Look> {
  const chalk = colour === 0 ? undefined : new (await import('chalk')).Chalk({ level: colour });
  const colours = chalk && colourTable(chalk);
  return {
    width,
    symbol: unicode ? SYMBOLS : ASCII_SYMBOLS,
    spinner: unicode ? SPINNER : ASCII_SPINNER,
    paint: (verdict, text) => colours?.[verdict](text) ?? text,
    // chalk joins all its arguments, and a callback of map is given more than the text.
    bold: (text) => chalk?.bold(text) ?? text,
    dim: (text) => chalk?.dim(text) ?? text,
    command: (text) => chalk?.cyan(text) ?? text,
    finish: unicode ? same : toAscii,
  };
}

const colourTable = (chalk: ChalkInstance): Readonly<Record<Verdict, (text: string) => string>> => ({
  pass: chalk.green,
  warn: chalk.yellow,
  fail: chalk.red.bold,
  error: chalk.magenta,
  skip: chalk.dim,
  blocked: chalk.dim,
});

const IN_ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '-', '–': '-', '—': '-', '’': "'" };

const toAscii = (text: string): string =>
  text.replace(/[^\u0000-\u007f]/gu, (character) => IN_ASCII[character] ?? '?');
