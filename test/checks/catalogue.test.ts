import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import test from 'ava';
import { CHECKS } from '../../checks/index.ts';
import { selectChecks } from '../../runner/select.ts';
import { SUITES } from '../../suites/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('every id is the path of its file, and stands once', async (t) => {
  const ids = CHECKS.map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
  for (const id of ids) await t.notThrowsAsync(access(resolve(ROOT, `checks/${id}.ts`)), id);
});

/** In which order scopes are judged. */
const BEFORE = {
  cluster: ['cluster'],
  node: ['cluster', 'node'],
  pair: ['cluster', 'node', 'pair'],
  path: ['path'],
};

test('a check comes after checks that stand before it, and are judged before it', (t) => {
  const seen = new Map<string, string>();
  for (const check of CHECKS) {
    for (const id of check.after ?? []) {
      t.true(seen.has(id), `${check.id} comes after ${id}, which does not stand before it`);
      const scope = seen.get(id) ?? '';
      t.true(BEFORE[check.scope].includes(scope), `${check.id} comes after ${id}, a check of a ${scope}`);
    }
    seen.set(check.id, check.scope);
  }
});

test('every check says what it is about, and what to do about each of its messages', (t) => {
  for (const check of CHECKS) {
    const { id, title, description, covers, docs, messages } = check;
    t.true(title.length > 10 && description.length > 20, id);
    t.true(docs.length > 0, `${id}: docs`);
    if (check.scope !== 'cluster') t.true(check.roles.length > 0, `${id}: roles`);
    t.true(Object.keys(messages).length > 0, `${id}: messages`);
    for (const claim of covers) t.regex(claim, /^[GKADS]\d+[a-g]?$/, id);
    for (const [code, { text, cause, remedy }] of Object.entries(messages)) {
      t.regex(code, /^[A-Z][A-Z0-9_]+$/, id);
      t.true(text.length > 0 && cause.length > 0 && remedy.length > 0, `${id} ${code}`);
    }
  }
});

test('what sends traffic is chosen by no word but its own', (t) => {
  for (const { id, scope, tags } of CHECKS) if (scope === 'path') t.deepEqual(tags, ['traffic'], id);
  for (const { id, scope, tags } of CHECKS)
    if (scope !== 'path') t.false(tags.includes('traffic') || id.startsWith('traffic/'), id);
});

test('every suite chooses checks', (t) => {
  for (const { name, select, skip } of SUITES) t.true(selectChecks(CHECKS, select, skip).length > 0, name);
});
