import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';

/** Where what was built is kept; it has no place in a checkout. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return (
    env['DPU_DOCTOR_LAB_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'dpu-doctor-lab')
  );
}

/** A hash over the recipe: another recipe makes another image. */
export async function recipeKey(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(directory)).sort()) {
    const content = await readFile(join(directory, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const MANIFEST = 'manifest.json';

/** Writes down which files a build has made, the last thing it does. */
export async function seal(directory: string): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(directory, path)] = (await lstat(path)).size;
  }
  await writeFile(join(directory, MANIFEST), `${JSON.stringify(sizes)}\n`);
}

/** All files of a sealed directory are there and as long as they were: what cleans up caches takes some. */
export async function isWhole(directory: string): Promise<boolean> {
  try {
    const sizes: Record<string, number> = JSON.parse(await readFile(join(directory, MANIFEST), 'utf8'));
    for (const [path, size] of Object.entries(sizes))
      if ((await lstat(join(directory, path))).size !== size) return false;
    return true;
  } catch {
    return false;
  }
}

/**
 * Fills `target` by `build`, which works in a directory beside it that is renamed at the end:
 * a build that broke is never taken for a good one.
 */
export async function fill(target: string, build: (directory: string) => Promise<void>): Promise<void> {
  const directory = `${target}.${randomUUID()}.partial`;
  await mkdir(directory, { recursive: true });
  try {
    await build(directory);
    await rename(directory, target).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else was faster with the same recipe: another process, or another test file in this one.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
