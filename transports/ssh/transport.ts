import type { SshSettings } from '../access.ts';
import { type RunOptions, type RunResult, type Transport, TransportError } from '../transport.ts';
import type { Connection } from './connection.ts';
import { channelError, closedError } from './errors.ts';
import type { SshOptions } from './options.ts';
import { type Hop, routeTo } from './route.ts';

/**
 * A node over SSH, by way of its jump hosts. There is one connection, opened at the first run and kept until
 * `close`; the script goes to `sh` on its standard input, and no command line holds anything else.
 */
export function sshTransport(settings: SshSettings, options: SshOptions = {}): Transport {
  const way = findWay(settings, options);
  let connecting: Promise<Connection> | undefined;
  const connection = async (route: readonly Hop[], signal: AbortSignal): Promise<Connection> => {
    // Loading ssh2 takes longer than many a run without it.
    const { openConnection } = await import('./connection.ts');
    connecting ??= openConnection(route, options, signal);
    const opened = await connecting.catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    opened.closed.then(() => {
      connecting = undefined;
    });
    return opened;
  };
  return {
    uri: uriOf(settings, way),
    async run(script, run) {
      if (way instanceof TransportError) throw way;
      const { client } = await connection(way.route, run.signal);
      return runScript(client, way.target, script, run);
    },
    async close() {
      const opened = await connecting?.catch(() => undefined);
      connecting = undefined;
      opened?.close();
    },
  };
}

interface Way {
  readonly route: readonly Hop[];
  readonly target: Hop;
}

/** The way to the node, or why there is none: told at the first run, when somebody listens. */
function findWay(settings: SshSettings, options: SshOptions): Way | TransportError {
  try {
    const route = routeTo(settings, options);
    return { route, target: route.at(-1) as Hop };
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}

function uriOf({ address, port, user }: SshSettings, way: Way | TransportError): string {
  const target = way instanceof TransportError ? { host: address, port: port ?? 22, user } : way.target;
  const host = target.host.includes(':') ? `[${target.host}]` : encodeURI(target.host);
  return `ssh://${target.user === undefined ? '' : `${encodeURIComponent(target.user)}@`}${host}:${target.port}`;
}

/** After an abort, a node has this long to end the command before its channel counts as gone, in milliseconds. */
const GRACE = 300;

async function runScript(
  client: Connection['client'],
  hop: Hop,
  script: string,
  { signal, onStdout, onStderr, onSent }: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const aborted: RunResult = { exitCode: undefined, signal: 'SIGKILL' };
    const giveUp = (): void => resolve(aborted);
    const cut = (): void => reject(closedError(hop));
    client.once('close', cut);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    client.exec('sh', (error, channel) => {
      signal.removeEventListener('abort', giveUp);
      if (error !== undefined) {
        client.off('close', cut);
        return reject(channelError(hop, error));
      }
      let result: RunResult | undefined;
      const end = (): void => {
        channel.signal('KILL');
        channel.close();
        setTimeout(giveUp, GRACE).unref();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      channel.on('data', onStdout);
      channel.stderr.on('data', onStderr);
      // What a channel has to say about itself, its close says too.
      channel.on('error', () => {});
      channel.on('exit', (code: number | null, name?: string) => {
        result = { exitCode: code ?? undefined, signal: name };
      });
      channel.on('close', () => {
        signal.removeEventListener('abort', end);
        client.off('close', cut);
        if (signal.aborted) giveUp();
        else if (result === undefined) cut();
        else resolve(result);
      });
      channel.end(script);
      onSent?.();
    });
  });
}
