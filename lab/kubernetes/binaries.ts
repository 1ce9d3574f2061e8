import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { must } from '../netns/run.ts';
import { cacheRoot, exists, fill, recipeKey } from '../vm/build/cache.ts';
import { buildKubernetes } from './build/index.ts';

/** A prebuilt set, which saves building them where it lies beside the checkout. */
const ARCHIVE = path.resolve(
  import.meta.dirname,
  '../../../shared/lab/kubernetes-v1.20.2-linux-amd64.tar.zst',
);

export const CONTROL_PLANE = ['kube-apiserver'];
export const WHOLE_CLUSTER = [...CONTROL_PLANE, 'kube-controller-manager', 'kube-scheduler', 'kubelet'];

/** Finds a program by its name. */
export type Binaries = (name: string) => string;

/**
 * Finds these programs: all of them in KUBEBUILDER_ASSETS, else all on PATH, else unpacked from the archive, else built
 * from Debian's source package. They are never mixed, since they must be of one version.
 */
export async function findBinaries(
  names: readonly string[],
  progress: (line: string) => void = () => {},
): Promise<Binaries> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  for (const directories of [assets ? [assets] : [], onPath]) {
    const found = await Promise.all(names.map((name) => findIn(directories, name)));
    if (found.every((file) => file !== undefined)) {
      const byName = new Map(names.map((name, index) => [name, found[index]]));
      return (name) => byName.get(name) ?? name;
    }
  }
  const directory = await provide(progress);
  return (name) => path.join(directory, name);
}

async function findIn(directories: readonly string[], name: string): Promise<string | undefined> {
  for (const directory of directories) {
    const file = path.join(directory, name);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return file;
  }
  return undefined;
}

/** The directory in the cache with all programs, filled when it is not there. */
async function provide(progress: (line: string) => void): Promise<string> {
  const fromArchive = path.join(cacheRoot(), 'kubernetes-v1.20.2');
  if (await exists(fromArchive)) return fromArchive;
  if (await exists(ARCHIVE)) {
    await mkdir(cacheRoot(), { recursive: true });
    await fill(fromArchive, async (directory) => {
      await must(['tar', '--zstd', '-xf', ARCHIVE, '-C', directory]);
    });
    return fromArchive;
  }
  const built = path.join(
    cacheRoot(),
    `kubernetes-${await recipeKey(path.join(import.meta.dirname, 'build'))}`,
  );
  if (!(await exists(built))) await fill(built, (directory) => buildKubernetes(directory, progress));
  return built;
}
