import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

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

/**
 * Fills `target` by `build`, which works in a directory beside it that is renamed at the end:
 * a build that broke is never taken for a good one.
 */
export async function fill(target: string, build: (directory: string) => Promise<void>): Promise<void> {
  const directory = `${target}.${process.pid}.partial`;
  await mkdir(directory, { recursive: true });
  try {
    await build(directory);
    await rename(directory, target).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster with the same recipe.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
