import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { fill, isWhole, seal } from '../../lab/vm/build/cache.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const built = async (directory: string): Promise<void> => {
  await mkdir(join(directory, 'qemu/bin'), { recursive: true });
  await writeFile(join(directory, 'vmlinuz'), 'kernel');
  await writeFile(join(directory, 'qemu/bin/qemu'), 'program');
  await seal(directory);
};

test('what was built is whole until a file of it is gone or cut', async (t) => {
  const image = join(temporaryDirectory(t), 'image');
  t.false(await isWhole(image), 'nothing is there');
  await fill(image, built);
  t.true(await isWhole(image));
  await truncate(join(image, 'vmlinuz'), 3);
  t.false(await isWhole(image), 'cut');
  await writeFile(join(image, 'vmlinuz'), 'kernel');
  t.true(await isWhole(image));
  await rm(join(image, 'qemu/bin/qemu'));
  t.false(await isWhole(image), 'a file below is gone');
});

test('an image without a list, or with one that is no JSON, is not whole', async (t) => {
  const image = join(temporaryDirectory(t), 'image');
  await fill(image, built);
  await writeFile(join(image, 'manifest.json'), '{"vmlinuz":');
  t.false(await isWhole(image));
  await rm(join(image, 'manifest.json'));
  t.false(await isWhole(image));
});

test('a build that breaks leaves nothing', async (t) => {
  const image = join(temporaryDirectory(t), 'image');
  await t.throwsAsync(
    fill(image, () => Promise.reject(new Error('no mirror'))),
    { message: 'no mirror' },
  );
  t.false(await isWhole(image));
});
