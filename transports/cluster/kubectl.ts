import { type Answer, type Connection, interruption } from '../../kubernetes/connection.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import { kubectlRefusal } from '../../kubernetes/kubectl.ts';
import { localTransport } from '../local.ts';
import { quote } from '../quote.ts';
import type { SshOptions } from '../ssh/options.ts';
import { sshTransport } from '../ssh/transport.ts';
import type { Transport } from '../transport.ts';
import type { ClusterTarget } from './access.ts';

/** A cluster that kubectl asks: one `kubectl get --raw` for each page, here or on another machine. */
export interface KubectlConnection {
  /** The context's name; undefined where the kubeconfig has no current one. */
  readonly context: string | undefined;
  readonly connection: Connection;
}

/** Far above what one page of objects can be, in bytes. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_COMPLAINT = 16_384;
/** So many at a time: sshd allows ten sessions on a connection, and each is a process. */
const AT_A_TIME = 3;

/**
 * Finds out what the kubeconfig there names.
 *
 * @throws {TransportError} where the machine can't be logged in to
 * @throws {KubernetesError}
 */
export async function openKubectl(
  target: ClusterTarget,
  ssh: SshOptions,
  signal: AbortSignal,
): Promise<KubectlConnection> {
  const transport = target.via === undefined ? localTransport() : sshTransport(target.via, ssh);
  try {
    const command = kubectl(target);
    const view = `config view --minify -o 'jsonpath={.current-context}{"\\n"}{.clusters[0].cluster.server}'`;
    const { exitCode, stdout, stderr } = await run(transport, `${command} ${view}`, signal);
    if (exitCode === 127 || exitCode === 126) throw missing(target, stderr);
    const [context = '', server = ''] = exitCode === 0 ? stdout.toString().split('\n') : [];
    const inTurn = atATime(AT_A_TIME);
    return {
      context: context || undefined,
      connection: {
        // A pod's service account is in no kubeconfig; the first read tells whether there is one.
        server: server || 'kubectl:',
        expired: undefined,
        get: (path, limit) => inTurn(() => get(transport, command, path, limit)),
        close: () => void transport.close(),
      },
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** kubectl with what chooses the cluster, for a shell. */
function kubectl({ kubectl: program = 'kubectl', kubeconfig, context }: ClusterTarget): string {
  return [
    quote(program),
    // It would write one below HOME.
    '--cache-dir=/dev/null',
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', home(kubeconfig)]),
    ...(context === undefined ? [] : ['--context', quote(context)]),
  ].join(' ');
}

/** A path of the machine on which kubectl runs: its `~` is not this one's. */
const home = (path: string): string =>
  path.startsWith('~/') ? `"$HOME"${quote(path.slice(1))}` : quote(path);

function missing({ kubectl: program = 'kubectl', via }: ClusterTarget, stderr: string): KubernetesError {
  const where = via === undefined ? 'here' : `on ${via.address}`;
  return new KubernetesError(
    'kubeconfig-unusable',
    `${program} can't be run ${where}: ${stderr.trim().split('\n')[0] ?? ''}`,
    'install it there, or name it with --kubectl PATH',
  );
}

async function get(
  transport: Transport,
  command: string,
  path: string,
  signal: AbortSignal,
): Promise<Answer> {
  // kubectl's own limit ends what an abort can't end on another machine.
  const line = `${command} --request-timeout=60s get --raw ${quote(path)}`;
  const { exitCode, stdout, stderr } = await run(transport, line, signal);
  if (exitCode !== 0) return kubectlRefusal(stderr, path);
  return { status: 200, body: stdout.toString(), retryAfter: undefined, at: undefined };
}

interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function run(transport: Transport, line: string, signal: AbortSignal): Promise<Said> {
  const tooMuch = new AbortController();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let stderr = '';
  const { exitCode } = await transport.run(`exec ${line} </dev/null\n`, {
    signal: AbortSignal.any([signal, tooMuch.signal]),
    onStdout(chunk) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) tooMuch.abort();
      else chunks.push(chunk);
    },
    onStderr(chunk) {
      if (stderr.length < MAX_COMPLAINT) stderr += chunk.toString();
    },
  });
  if (signal.aborted) throw interruption(signal);
  if (tooMuch.signal.aborted)
    throw new KubernetesError('unexpected', `kubectl said more than ${MAX_BYTES} bytes`, '');
  return { exitCode, stdout: Buffer.concat(chunks), stderr };
}

/** Does so many pieces of work at a time; the others wait for their turn. */
function atATime(limit: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
