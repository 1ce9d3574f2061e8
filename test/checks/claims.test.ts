import test from 'ava';
import { NOT_COVERED, OPEN } from '../../checks/claims.ts';
import { CHECKS } from '../../checks/index.ts';

const span = (letter: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${letter}${first + index}`);

/** The claims that a node or a cluster can show by itself, by the documents. */
const NAMED = [
  ...span('G', 1, 33),
  ...span('G', 35, 51),
  ...span('A', 1, 64),
  ...['A64a', 'A64b', 'A64c', 'A64d', 'A64e', 'A64f', 'A64g'],
  ...['D4', 'D5', 'D6', 'D7', 'D25', 'D26', 'D27'],
  ...span('K', 1, 8),
  ...span('K', 13, 37),
  ...span('K', 40, 67),
  ...span('S', 2, 9),
  ...['S11', 'S16'],
];

const covered = new Set(CHECKS.flatMap(({ covers }) => covers));

test('every claim that a node can show is covered by a check, or its exception has a reason', (t) => {
  t.true(NAMED.length > 100);
  t.deepEqual(
    NAMED.filter((claim) => !covered.has(claim)),
    Object.keys(NOT_COVERED).sort(),
  );
});

test('no claim is an exception for nothing', (t) => {
  for (const [claim, reason] of Object.entries(NOT_COVERED)) {
    t.true(NAMED.includes(claim), `${claim} is named by nobody`);
    t.false(covered.has(claim), `${claim} is covered`);
    t.true(reason.length > 40, claim);
  }
  for (const claim of Object.keys(OPEN)) t.true(covered.has(claim), `${claim} is not covered`);
});
