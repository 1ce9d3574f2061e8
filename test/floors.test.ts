import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import test from 'ava';

const ROOT = resolve(import.meta.dirname, '..');

/** From the top; a file imports from floors below its own, or from its own folder. docs/architecture.md says why. */
const FLOORS: readonly (readonly string[])[] = [
  ['bin'],
  ['cli'],
  ['reporters'],
  ['runner', 'traffic'],
  ['inventory', 'checks'],
  ['transports'],
  ['kubernetes', 'suites', 'facts'],
];

const floorOf = (folder: string): number => FLOORS.findIndex((floor) => floor.includes(folder));

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    relative(ROOT, resolve(ROOT, dirname(file), match[1] ?? '')),
  );
}

test('a file imports only from floors below its own or from its own folder', async (t) => {
  const files = (await Promise.all(FLOORS.flat().map(sources))).flat();
  t.true(files.length > 20, 'the source files were found');
  for (const file of files) {
    const folder = file.split('/')[0] ?? '';
    for (const imported of await importsOf(file)) {
      const other = imported.split('/')[0] ?? '';
      if (other === folder || !FLOORS.flat().includes(other)) continue;
      t.true(floorOf(other) > floorOf(folder), `${file} imports ${imported}`);
    }
  }
});

test('no file imports itself over others', async (t) => {
  const files = (await Promise.all(FLOORS.flat().map(sources))).flat();
  const graph = new Map(
    await Promise.all(files.map(async (file) => [file, await importsOfValues(file)] as const)),
  );
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      t.fail(`circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const imported of graph.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  t.true(done.size >= files.length);
});

/** Types leave nothing at run time, so a circle of them is none. */
async function importsOfValues(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  const values = text.replace(/import type [^;]+;/g, '');
  return [...values.matchAll(/from\s*'(\.[^']+)'/g)].map((match) =>
    relative(ROOT, resolve(ROOT, dirname(file), match[1] ?? '')),
  );
}
