import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { openApt } from '../../vm/build/apt.ts';
import { compile } from './compile.ts';
import { unpackGo } from './go.ts';
import { generateOpenapi } from './openapi.ts';
import { unpackSource } from './source.ts';

/** The Debian release whose source package and Go compiler fit each other. */
const RELEASE = 'bookworm';

/** Builds the programs of a cluster from Debian's source package `kubernetes`. Takes both cores of a small machine for 12 minutes. */
export async function buildKubernetes(directory: string, progress: (line: string) => void): Promise<void> {
  const work = path.join(directory, 'work');
  await mkdir(work);
  const step = async <T>(title: string, run: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await run();
    progress(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };
  const apt = await step('package lists', () => openApt(RELEASE, path.join(work, 'apt')));
  const go = await step('Go', () => unpackGo(apt, work));
  const source = await step('source of Kubernetes', () => unpackSource(apt, RELEASE, work));
  await step('OpenAPI definitions', () => generateOpenapi(go, source));
  for (const program of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'])
    await step(program, () => compile(go, source, program, directory));
  // Go makes its caches read-only for everybody but root, who this is.
  await rm(work, { recursive: true, force: true });
}
