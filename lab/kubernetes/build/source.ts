import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { must } from '../../netns/run.ts';
import { type Apt, unpack } from '../../vm/build/apt.ts';
import { archiveOf, configuredSources } from '../../vm/build/sources.ts';

export const IMPORT_PATH = 'k8s.io/kubernetes';

export interface Source {
  /** Below a GOPATH as IMPORT_PATH. */
  directory: string;
  /** As the project numbers it, with a leading v. */
  version: string;
}

/** Unpacks the source package's original archive, which has everything vendored, and mends what does not build or run. */
export async function unpackSource(apt: Apt, release: string, work: string): Promise<Source> {
  const archive = await download(release, work);
  // Debian's 1.20.5+really1.20.2 is 1.20.2.
  const version = /(?:_|really)(\d+\.\d+\.\d+)(?:\.orig|\+(?!really))/.exec(path.basename(archive))?.[1];
  if (version === undefined) throw new Error(`no version in the name of ${archive}`);
  const directory = path.join(work, 'go/src', IMPORT_PATH);
  await mkdir(directory, { recursive: true });
  await must(['tar', '-xf', archive, '-C', directory, '--strip-components=1']);
  await replaceReflect2(apt, work, directory);
  await edit(
    path.join(directory, 'vendor/github.com/google/cadvisor/container/docker/factory.go'),
    // Each kubelet would wait for a Docker that isn't there.
    [/rootDirRetries\s*=\s*\d+/, 'rootDirRetries = 1'],
  );
  return { directory, version: `v${version}` };
}

/** Fetches the source package with lists of its own: the machine's need not have deb-src. */
async function download(release: string, work: string): Promise<string> {
  const { uris, fields } = archiveOf(release, await configuredSources());
  const cwd = path.join(work, 'source-package');
  const lists = path.join(cwd, 'lists');
  const parts = path.join(cwd, 'parts');
  for (const directory of [parts, path.join(lists, 'partial')]) await mkdir(directory, { recursive: true });
  const stanza = { Types: 'deb-src', URIs: uris.join(' '), Suites: release, Components: 'main', ...fields };
  const sources = path.join(cwd, 'archive.sources');
  await writeFile(
    sources,
    Object.entries(stanza)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    `Dir::Etc::sourceparts=${parts}`,
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${cwd}`,
    'Acquire::Retries=3',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=true',
  ].flatMap((option) => ['-o', option]);
  const apt = ['env', '-C', cwd, 'LC_ALL=C', 'apt-get', ...options];
  await must([...apt, '--error-on=any', 'update']);
  await must([...apt, 'source', '--download-only', '--only-source', 'kubernetes']);
  const original = (await readdir(cwd)).find((name) => /\.orig\.tar\.\w+$/.test(name));
  if (original === undefined) throw new Error(`the source package has no original archive: ${cwd}`);
  return path.join(cwd, original);
}

/** The vendored reflect2 is too old for the compiler: the API server dies with the first custom resource written. */
async function replaceReflect2(apt: Apt, work: string, directory: string): Promise<void> {
  const name = 'github.com/modern-go/reflect2';
  const tree = path.join(work, 'reflect2');
  await unpack(await apt.download(['golang-github-modern-go-reflect2-dev']), tree);
  const target = path.join(directory, 'vendor', name);
  await rm(target, { recursive: true });
  await cp(path.join(tree, 'usr/share/gocode/src', name), target, { recursive: true, dereference: true });
}

async function edit(file: string, [find, replace]: readonly [RegExp, string]): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!find.test(text)) throw new Error(`${file} does not contain ${find}`);
  await writeFile(file, text.replace(find, replace));
}
