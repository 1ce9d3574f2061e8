import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pages } from './pages.ts';

/* Writes the pages of docs/ that are made from the catalogue of checks: `npm run docs`. */

const ROOT = resolve(import.meta.dirname, '..');
const made = pages();
for (const [path, text] of made) {
  await mkdir(dirname(resolve(ROOT, path)), { recursive: true });
  await writeFile(resolve(ROOT, path), text);
}
const checks = resolve(ROOT, 'docs/checks');
for (const entry of await readdir(checks, { recursive: true, withFileTypes: true })) {
  const path = resolve(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(path.slice(ROOT.length + 1))) await rm(path);
}
