import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import test from 'ava';
import { pages } from '../scripts/pages.ts';

const ROOT = resolve(import.meta.dirname, '..');

test('the pages that are made from the catalogue are up to date', async (t) => {
  for (const [path, text] of pages()) {
    t.is(
      await readFile(resolve(ROOT, path), 'utf8').catch(() => 'missing'),
      text,
      `${path}: run npm run docs`,
    );
  }
});

test('there is no page of a check that does not exist', async (t) => {
  const made = pages();
  const entries = await readdir(resolve(ROOT, 'docs/checks'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => resolve(entry.parentPath, entry.name).slice(ROOT.length + 1));
  t.true(files.length > 1);
  for (const file of files) t.true(made.has(file), `${file}: run npm run docs`);
});
