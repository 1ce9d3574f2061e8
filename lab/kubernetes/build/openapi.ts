import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../netns/run.ts';
import type { Go } from './go.ts';
import { IMPORT_PATH, type Source } from './source.ts';

const PACKAGE = `${IMPORT_PATH}/pkg/generated/openapi`;

/** Makes pkg/generated/openapi, the one generated file that the source package lacks. */
export async function generateOpenapi(go: Go, { directory }: Source): Promise<void> {
  const generator = path.join(go.path, 'bin/openapi-gen');
  await go(directory, ['go', 'build', '-o', generator, './vendor/k8s.io/kube-openapi/cmd/openapi-gen']);
  const header = path.join(go.path, 'header.txt');
  await writeFile(header, '');
  await go(directory, [
    generator,
    `--go-header-file=${header}`,
    '--output-file-base=zz_generated.openapi',
    `--output-package=${PACKAGE}`,
    `--output-base=${path.join(go.path, 'src')}`,
    '--report-filename=/dev/null',
    `--input-dirs=${(await markedPackages(directory)).join(',')}`,
  ]);
}

/** The packages whose types are marked to be described. */
async function markedPackages(directory: string): Promise<string[]> {
  // -R follows links: vendor/k8s.io leads to staging.
  const grep = ['grep', '-RlE', '--include=*.go', '^// \\+k8s:openapi-gen=true', 'pkg', 'vendor/k8s.io'];
  const { stdout } = await run(['env', '-C', directory, ...grep]);
  const packages = new Set(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((file) => `${IMPORT_PATH}/${path.dirname(file)}`),
  );
  if (packages.size === 0) throw new Error('no package asks for OpenAPI definitions');
  return [...packages].filter((name) => !name.includes('/testdata/')).sort();
}
