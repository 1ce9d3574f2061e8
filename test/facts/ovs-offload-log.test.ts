import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { offloadInForce } from '../../facts/derived/offload-in-force.ts';
import { parseFact } from '../../facts/fact.ts';
import { type OvsOffloadLog, ovsOffloadLog } from '../../facts/ovs-offload-log.ts';
import { aProcess } from '../helpers/node-facts.ts';

const recorded = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../recorded/ovs', name), 'utf8');

function parsed(stdout: string): OvsOffloadLog {
  const outcome = parseFact(ovsOffloadLog, { records: { command: '', exitCode: 0, stdout, stderr: '' } });
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

const inForce = (log: OvsOffloadLog, startedAt: string) =>
  offloadInForce(
    { ...log, bootedAt: BOOTED },
    [],
    [aProcess('ovs-vswitchd', { startedAfterBoot: (Date.parse(startedAt) - BOOTED) / 1000 })],
  ).inForce;

const BOOTED = Date.parse('2026-11-20T08:00:00Z');

test('the boot time is read where there is something to compare it with', (t) => {
  t.is(parsed('log readable\nbtime 1700000000\n').bootedAt, 1_700_000_000_000);
  t.is(parsed('').bootedAt, undefined);
  t.is(parsed('btime x\n').bootedAt, undefined);
});

test('set before the start: log and journal both say so', (t) => {
  const log = parsed(recorded('offload-set-before-start.txt'));
  t.true(log.logReadable);
  t.deepEqual(
    log.lines.map(({ kind }) => kind),
    ['started', 'enabled', 'version'],
  );
  t.deepEqual(
    log.values.map(({ value, snapshot }) => ({ value, snapshot })),
    [{ value: 'true', snapshot: false }],
  );
  t.true(inForce(log, '2026-11-21T09:41:13.400Z'));
  t.true(inForce({ ...log, lines: [] }, '2026-11-21T09:41:13.400Z'));
});

test('set after the start: the journal alone says no, the line of the running daemon says yes', (t) => {
  const log = parsed(recorded('offload-set-after-start.txt'));
  t.deepEqual(
    log.values.map(({ value, snapshot }) => ({ value, snapshot })),
    [
      { value: 'false', snapshot: true },
      { value: 'true', snapshot: false },
      { value: undefined, snapshot: false },
      { value: 'true', snapshot: false },
    ],
  );
  const started = '2026-11-21T09:41:25.000Z';
  t.true(inForce(log, started));
  t.false(inForce({ ...log, lines: [] }, started));
  const early = log.lines.filter(({ at }) => at < Date.parse('2026-11-21T09:41:26Z'));
  t.false(inForce({ ...log, lines: early }, started));
});

test('the compacted journal starts with what stood at that time', (t) => {
  const { values } = parsed(recorded('offload-compacted.txt'));
  t.deepEqual(
    values.map(({ value, snapshot }) => ({ value, snapshot })),
    [
      { value: 'false', snapshot: true },
      { value: 'true', snapshot: false },
    ],
  );
});

test('any text is read without an exception', (t) => {
  const word = fc.constantFrom(
    'date ',
    '1',
    '\n',
    'diff',
    'snapshot',
    'row ',
    '{"other_config":["map",[["hw-offload","true"]]]}',
    'null',
    '2026-11-21T09:41:13.486Z|',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(word).map((words) => words.join('')),
      ),
      (text) => {
        t.notThrows(() => offloadInForce(parsed(text), [], [aProcess('ovs-vswitchd')]));
      },
    ),
  );
});

test('once log and journal have forgotten, a count of offloaded flows tells that offload is on', (t) => {
  // As upcall/show prints it, also of none; without offload the line is missing.
  const log = parsed('log readable\nupcall   offloaded flows : 0\n');
  t.is(log.upcall, 'offloaded flows : 0');
  t.true(inForce(log, '2026-11-21T09:41:13.400Z'));
  t.is(inForce(parsed('log readable\n'), '2026-11-21T09:41:13.400Z'), undefined);
});
