import test from 'ava';
import { terminalOf } from '../../reporters/terminal.ts';

const tty = { isTTY: true, columns: 100 };

test('colours on a terminal, not in a file', (t) => {
  t.is(terminalOf(tty, {}).colour, 1);
  t.is(terminalOf({}, {}).colour, 0);
});

test('NO_COLOR and --no-color take the colours away; an empty NO_COLOR does not', (t) => {
  t.is(terminalOf(tty, { NO_COLOR: '1' }).colour, 0);
  t.is(terminalOf(tty, { NO_COLOR: '' }).colour, 1);
  t.is(terminalOf(tty, {}, { color: false }).colour, 0);
  t.is(terminalOf(tty, { TERM: 'dumb' }).colour, 0);
});

test('FORCE_COLOR asks for colours where there is no terminal, but not against --no-color', (t) => {
  t.is(terminalOf({}, { FORCE_COLOR: '1' }).colour, 1);
  t.is(terminalOf(tty, { FORCE_COLOR: '0' }).colour, 0);
  t.is(terminalOf({}, { FORCE_COLOR: '1' }, { color: false }).colour, 0);
});

test('the width is the terminal’s, within what can be read', (t) => {
  t.is(terminalOf(tty, {}).width, 100);
  t.is(terminalOf({ isTTY: true, columns: 10 }, {}).width, 40);
  t.is(terminalOf({ isTTY: true, columns: 400 }, {}).width, 120);
  t.is(terminalOf({}, { COLUMNS: '72' }).width, 72);
  t.is(terminalOf({}, { COLUMNS: 'wide' }).width, 100);
  t.is(terminalOf({ isTTY: true, columns: 0 }, {}).width, 100);
});

test('only a locale of another encoding takes Unicode away', (t) => {
  t.true(terminalOf(tty, { LANG: 'en_US.UTF-8' }).unicode);
  t.true(terminalOf(tty, { LC_ALL: 'C.utf8', LANG: 'C' }).unicode);
  t.false(terminalOf(tty, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }).unicode);
  t.false(terminalOf(tty, { LANG: 'de_DE.ISO-8859-1' }).unicode);
  t.true(terminalOf({}, {}).unicode);
  t.false(terminalOf(tty, { TERM: 'linux' }).unicode);
});
