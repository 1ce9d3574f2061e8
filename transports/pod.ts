import { KubernetesError } from '../kubernetes/error.ts';
import type { ExecTarget } from '../kubernetes/exec.ts';
import type { PodAccess } from './access.ts';
import {
  type RunOptions,
  type RunResult,
  type Transport,
  TransportError,
  type TransportErrorCode,
} from './transport.ts';

/*
 * A container sees its own files: its release, its programs, its resolv.conf would pass for the node's. So the script
 * runs in the file system of the node's first process, which a privileged container in the node's process namespace
 * may enter, and nothing is run where that is not so.
 */
const NOT_THE_NODE = 97;
const ENTER = `if ! [ -e /proc/1/ns/mnt ] || [ /proc/1/ns/mnt -ef /proc/self/ns/mnt ]; then
  echo "the container does not see the node's processes" >&2
  exit ${NOT_THE_NODE}
fi
exec chroot /proc/1/root /bin/sh`;

/** A node through a privileged container of a pod on it, by the API's exec: as the node itself sees it, as root. */
export function podTransport(access: PodAccess): Transport {
  const { cluster, pod } = access;
  return {
    uri:
      pod === undefined
        ? `pod://${access.node}`
        : `pod://${pod.namespace}/${encodeURIComponent(pod.name)}/${pod.container}`,
    async run(script, options) {
      if (pod === undefined)
        throw new TransportError(
          'no-such-container',
          `no pod on ${access.node} can be used to examine it${access.why === undefined ? '' : `: ${access.why}`}`,
          'A running ovnkube-node or ovs-node pod with hostNetwork, hostPID and a privileged container is needed.',
        );
      let stderr = '';
      let began = false;
      const { namespace, name, container } = pod;
      const result = await runInContainer({ ...cluster, namespace, pod: name, container }, ENTER, script, {
        ...options,
        onStdout(chunk) {
          began = true;
          options.onStdout(chunk);
        },
        onStderr(chunk) {
          if (!began && stderr.length < 4096) stderr += chunk.toString();
          options.onStderr(chunk);
        },
      });
      const { exitCode } = result;
      if (!began && (exitCode === NOT_THE_NODE || exitCode === 126 || exitCode === 127))
        throw new TransportError(
          'no-shell',
          `the node can't be entered from ${pod.namespace}/${pod.name}: '${stderr.trim().slice(0, 200)}'`,
          'The container must be privileged and share the process namespace of the node (hostPID).',
        );
      return result;
    },
    close: async () => {},
  };
}

/** A container of a pod as itself, by the API's exec: its own files, programs and network. */
export function podContainerTransport(target: ExecTarget): Transport {
  const { namespace, pod, container } = target;
  return {
    uri: `pod://${namespace}/${encodeURIComponent(pod)}/${container}`,
    run: (script, options) => runInContainer(target, 'exec sh', script, options),
    close: async () => {},
  };
}

/** Gives the script to the shell that this command starts. @throws {TransportError} */
async function runInContainer(
  target: ExecTarget,
  command: string,
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  try {
    const { execInPod } = await import('../kubernetes/exec.ts');
    const exitCode = await execInPod(target, ['sh', '-c', command], `${script}\nexit\n`, options);
    return { exitCode, signal: exitCode === undefined ? 'SIGKILL' : undefined };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    throw new TransportError(CODES[error.code] ?? 'unreachable', error.message, error.hint);
  }
}

const CODES: Partial<Record<KubernetesError['code'], TransportErrorCode>> = {
  unauthorized: 'auth-failed',
  forbidden: 'auth-failed',
  'not-found': 'no-such-container',
  'kubeconfig-missing': 'configuration',
  'kubeconfig-unusable': 'configuration',
  'no-context': 'configuration',
};
