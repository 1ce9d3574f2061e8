import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { must } from '../../netns/run.ts';

/** The image for pods: busybox with all its programs. */
export const BUSYBOX_IMAGE = 'localhost/lab/busybox:1';

/** What holds a pod's namespaces. */
export const SANDBOX_IMAGE = 'localhost/lab/pause:1';

const BUSYBOX = '/bin/busybox';
const REAP = 'trap "exit 0" TERM INT; while :; do sleep infinity & wait; done';

export interface FurtherImages {
  /** Names of images, each of which waits for ever unless it is told what to run. */
  tags: readonly string[];
  /** Programs that every image has, by their path. */
  programs: Readonly<Record<string, string | Buffer>>;
}

/** Writes an archive, as `docker save` does, with the images that nodes need; there is no registry to pull from. */
export async function writeImages(
  directory: string,
  { tags, programs: further }: FurtherImages = { tags: [], programs: {} },
): Promise<string> {
  const work = path.join(directory, 'images');
  await mkdir(path.join(work, 'root/bin'), { recursive: true });
  await copyFile(BUSYBOX, path.join(work, 'root/bin/busybox'));
  await chmod(path.join(work, 'root/bin/busybox'), 0o755);
  const programs = (await must([BUSYBOX, '--list'])).split('\n').filter((name) => name && name !== 'busybox');
  for (const name of programs) await symlink('busybox', path.join(work, 'root/bin', name));
  for (const [file, content] of Object.entries(further)) {
    await mkdir(path.join(work, 'root', path.dirname(file)), { recursive: true });
    await writeFile(path.join(work, 'root', file), content, { mode: 0o755 });
  }
  for (const name of ['tmp', 'etc', 'proc', 'sys', 'dev', 'root'])
    await mkdir(path.join(work, 'root', name), { recursive: true });
  await must([
    'tar',
    '-C',
    path.join(work, 'root'),
    '--owner=0',
    '--group=0',
    '-cf',
    path.join(work, 'layer.tar'),
    '.',
  ]);
  await rm(path.join(work, 'root'), { recursive: true });

  const layer = createHash('sha256')
    .update(await readFile(path.join(work, 'layer.tar')))
    .digest('hex');
  const images = [
    { tag: BUSYBOX_IMAGE, config: { Cmd: ['sh'] } },
    { tag: SANDBOX_IMAGE, config: { Entrypoint: ['/bin/sh', '-c', REAP] } },
    ...tags.map((tag) => ({ tag, config: { Cmd: ['/bin/sh', '-c', REAP] } })),
  ];
  const manifest = await Promise.all(
    images.map(async ({ tag, config }) => {
      const file = `${tag.replaceAll(/\W/g, '-')}.json`;
      const description = {
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: { Env: ['PATH=/bin'], ...config },
        rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
      };
      await writeFile(path.join(work, file), JSON.stringify(description));
      return { Config: file, RepoTags: [tag], Layers: ['layer.tar'] };
    }),
  );
  await writeFile(path.join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = path.join(directory, 'images.tar');
  const members = ['manifest.json', 'layer.tar', ...manifest.map(({ Config }) => Config)];
  await must(['tar', '-C', work, '-cf', `${archive}.new`, ...members]);
  await rename(`${archive}.new`, archive);
  await rm(work, { recursive: true });
  return archive;
}
