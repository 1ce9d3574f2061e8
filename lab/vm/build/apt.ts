import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { archiveOf, configuredSources, withBackports } from './sources.ts';

/**
 * An apt of our own beside the machine's: it sees backports, the machine's does not,
 * and nothing it fetches is installed.
 */
export interface Apt {
  release: string;
  mirror: string;
  /** `Depends` of a package, as apt-cache prints it. */
  show(pkg: string): Promise<Map<string, string>>;
  /** Downloads the packages themselves; returns the .deb files. */
  download(packages: readonly string[]): Promise<string[]>;
  /** Downloads a package and what it needs that this machine lacks. */
  downloadClosure(pkg: string): Promise<string[]>;
}

export async function openApt(release: string, directory: string): Promise<Apt> {
  const archive = archiveOf(release, await configuredSources());
  const state = { sources: join(directory, 'archive.sources'), parts: join(directory, 'parts') };
  const lists = join(directory, 'lists');
  const cache = join(directory, 'cache');
  for (const dir of [state.parts, join(lists, 'partial'), join(cache, 'archives', 'partial')])
    await mkdir(dir, { recursive: true });
  await writeFile(state.sources, withBackports(release, archive));
  const options = [
    `Dir::Etc::sourcelist=${state.sources}`,
    `Dir::Etc::sourceparts=${state.parts}`,
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${cache}`,
    'Acquire::Retries=3',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=true',
  ].flatMap((option) => ['-o', option]);
  const env = { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', [...options, '--error-on=any', 'update'], { env });

  return {
    release,
    mirror: archive.uris[0] ?? '',

    async show(pkg) {
      const { stdout } = await execa('apt-cache', [...options, '--no-all-versions', 'show', pkg], { env });
      const fields = new Map<string, string>();
      for (const line of stdout.split('\n')) {
        const field = /^([A-Za-z-]+): (.*)$/.exec(line);
        if (field?.[1] && !fields.has(field[1])) fields.set(field[1], field[2] ?? '');
      }
      return fields;
    },

    async download(packages) {
      const cwd = join(directory, `download-${packages[0]?.replaceAll(/\W/g, '-')}`);
      await mkdir(cwd);
      await execa('apt-get', [...options, 'download', ...packages], { cwd, env });
      return debsIn(cwd);
    },

    async downloadClosure(pkg) {
      const archives = join(directory, `closure-${pkg}`);
      await mkdir(join(archives, 'partial'), { recursive: true });
      const how = ['-y', '--download-only', '--reinstall', '--no-install-recommends'];
      const target = ['-t', `${release}-backports`, '-o', `Dir::Cache::archives=${archives}`];
      await execa('apt-get', [...options, ...target, ...how, 'install', pkg], { env });
      return debsIn(archives);
    },
  };
}

async function debsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(directory, name));
}

/** Unpacks packages beside the machine's own. */
export async function unpack(debs: readonly string[], directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const deb of debs) await execa('dpkg-deb', ['-x', deb, directory]);
}
