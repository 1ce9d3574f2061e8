import { PassThrough, Writable } from 'node:stream';
import { Exec, type V1Status } from '@kubernetes/client-node';
import { KubernetesError } from './error.ts';
import { findKubeConfig } from './kube-config-source.ts';
import { loadKubeConfig } from './load-kube-config.ts';

export interface ExecTarget {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecStreams {
  readonly signal: AbortSignal;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  readonly onSent?: () => void;
}

/** In bytes; a message of the channel is held in memory on its way. */
const MESSAGE = 16_384;

/**
 * Runs a program in a container with this input, over the API's exec channel; gives its exit code, undefined after an
 * abort, which closes the channel and does not end the program. The input has no end: servers before v5 of the channel
 * protocol can't be told of one, so what reads it must end by itself. Loads the client library: import this lazily.
 *
 * @throws {KubernetesError} where the program could not be started, or the channel broke
 */
export async function execInPod(
  target: ExecTarget,
  argv: readonly string[],
  input: string,
  { signal, onStdout, onStderr, onSent }: ExecStreams,
): Promise<number | undefined> {
  const config = loadKubeConfig(await findKubeConfig(target.kubeconfig), target.context);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const stdin = new PassThrough({ highWaterMark: 2 * input.length + MESSAGE });
  const aborted = (): void => resolve(undefined);
  if (signal.aborted) return undefined;
  signal.addEventListener('abort', aborted, { once: true });
  const opening = new Exec(config).exec(
    target.namespace,
    target.pod,
    target.container,
    [...argv],
    sink(onStdout),
    sink(onStderr),
    stdin,
    false,
    (status) => {
      try {
        resolve(exitCodeOf(status));
      } catch (error) {
        reject(error);
      }
    },
  );
  opening.then(
    (socket) => {
      socket.onclose = () =>
        reject(new KubernetesError('unreachable', 'the exec channel broke before the program ended', TRY));
      if (signal.aborted) return;
      const bytes = Buffer.from(input);
      for (let at = 0; at < bytes.length; at += MESSAGE) stdin.write(bytes.subarray(at, at + MESSAGE));
      onSent?.();
    },
    (error: unknown) => reject(refusal(error)),
  );
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', aborted);
    stdin.destroy();
    opening.then(
      (socket) => socket.close(),
      () => undefined,
    );
  }
}

const sink = (take: (chunk: Buffer) => void): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk);
      done();
    },
  });

const TRY = 'look at the pod and the API server, then try again';

/** The exit code that the channel's last message tells. @throws {KubernetesError} */
function exitCodeOf({ status, reason, message, details }: V1Status): number {
  if (status === 'Success') return 0;
  const code = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  if (reason === 'NonZeroExitCode' && code !== undefined) return Number(code);
  throw new KubernetesError('not-found', `exec: ${(message ?? reason ?? 'it failed').slice(0, 300)}`, TRY);
}

/** ws tells the status of a refusal in words alone. */
function refusal(error: unknown): KubernetesError {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const said = (typeof message === 'string' ? message : String(error)).slice(0, 300);
  const status = Number(/Unexpected server response: (\d{3})/.exec(said)?.[1]);
  switch (status) {
    case 401:
      return new KubernetesError('unauthorized', said, 'log in again', status);
    case 403:
      return new KubernetesError(
        'forbidden',
        said,
        'grant the verbs get and create on pods/exec: dpu-doctor permissions --rbac --node-access exec',
        status,
      );
    case 404:
      return new KubernetesError('not-found', said, TRY, status);
    default:
      return new KubernetesError('unreachable', `the exec channel can't be opened: ${said}`, TRY);
  }
}
