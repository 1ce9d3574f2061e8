import path from 'node:path';
import type { Go } from './go.ts';
import { IMPORT_PATH, type Source } from './source.ts';

/** Compiles one program, which says that it is the version it is. */
export async function compile(
  go: Go,
  { directory, version }: Source,
  program: string,
  target: string,
): Promise<void> {
  const [major, minor] = version.slice(1).split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const flags = [
    '-s -w',
    ...Object.entries(values).map(
      ([name, value]) => `-X ${IMPORT_PATH}/vendor/k8s.io/component-base/version.${name}=${value}`,
    ),
  ];
  const output = path.join(target, program);
  await go(directory, ['go', 'build', '-ldflags', flags.join(' '), '-o', output, `./cmd/${program}`]);
}
