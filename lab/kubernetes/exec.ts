import { Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';

export interface PodContainer {
  namespace: string;
  pod: string;
  container: string;
}

export interface ExecResult {
  /** The program's exit code; NaN where it did not get as far as that. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program in a container through the API server, as `kubectl exec` does. */
export async function execInPod(
  kubeconfig: string,
  { namespace, pod, container }: PodContainer,
  command: string[],
): Promise<ExecResult> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const said = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        said[stream] += chunk;
        done();
      },
    });
  const status = await new Promise<V1Status>((resolve, reject) => {
    const exec = new Exec(config);
    exec
      .exec(namespace, pod, container, command, into('stdout'), into('stderr'), null, false, resolve)
      .catch(reject);
  });
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return { code: status.status === 'Success' ? 0 : Number(cause?.message), ...said };
}
