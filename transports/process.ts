import { type ChildProcess, spawn } from 'node:child_process';
import { type RunOptions, type RunResult, TransportError } from './transport.ts';

/** A program that has been started with a script, whoever will listen to it. */
export interface Begun {
  readonly script: string;
  /** Hears what it says, from its beginning; once. Ends its whole process group on abort. */
  listen(options: RunOptions): Promise<RunResult>;
  /** Ends its whole process group. */
  end(): void;
}

/**
 * Starts a program of this machine with a script on its standard input. By Node's own means: a run on the node itself
 * waits for this to be loaded before it asks anything.
 */
export function begin(argv: readonly [string, ...string[]], script: string): Begun {
  const [file, ...args] = argv;
  const { promise: ended, resolve, reject } = Promise.withResolvers<RunResult>();
  // It may end before anybody listens.
  ended.catch(() => undefined);
  const failed = ({ message }: Error): void =>
    reject(
      new TransportError(
        'missing-program',
        `${file} could not be started: ${message}`,
        `Look whether ${file} is installed and on PATH.`,
      ),
    );
  // A group of its own, so that what hangs under the shell can be ended with it.
  const child = started(() => spawn(file, args, { detached: true }), failed);
  child?.once('error', failed);
  child?.once('close', (exitCode, signal) =>
    resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }),
  );
  // A program that could not be started, or has ended before it read all, is told by its result.
  child?.stdin?.on('error', () => undefined);
  child?.stdin?.end(script);
  const end = (): void => {
    endGroup(child);
    resolve({ exitCode: undefined, signal: 'SIGKILL' });
  };
  return {
    script,
    listen({ signal, onStdout, onStderr, onSent }) {
      // There are no streams where the machine has no file descriptors left.
      child?.stdout?.on('data', onStdout);
      child?.stderr?.on('data', onStderr);
      if (child !== undefined) onSent?.();
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      return ended;
    },
    end,
  };
}

/** Runs a program of this machine with a script on its standard input, and ends its whole process group on abort. */
export const runProcess = (
  argv: readonly [string, ...string[]],
  script: string,
  options: RunOptions,
): Promise<RunResult> => begin(argv, script).listen(options);

/** Some of what keeps a program from being started is thrown, the rest is an event. */
function started<Child>(start: () => Child, failed: (error: Error) => void): Child | undefined {
  try {
    return start();
  } catch (error) {
    failed(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

function endGroup(child: ChildProcess | undefined): void {
  child?.stdout?.destroy();
  child?.stderr?.destroy();
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
