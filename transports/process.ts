import { spawn } from 'node:child_process';
import { type RunOptions, type RunResult, TransportError } from './transport.ts';

/**
 * Runs a program of this machine with a script on its standard input, and ends its whole process group on abort. By
 * Node's own means: a run on the node itself waits for this to be loaded before it asks anything.
 */
export function runProcess(
  argv: readonly [string, ...string[]],
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
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
    if (child === undefined) return;
    child.once('error', failed);
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }),
    );
    // There are no streams where the machine has no file descriptors left.
    child.stdout?.on('data', options.onStdout);
    child.stderr?.on('data', options.onStderr);
    // A program that could not be started, or has ended before it read all, is told by its result.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(script);
    options.onSent?.();
    const end = (): void => {
      if (child.pid !== undefined) endGroup(child.pid);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ exitCode: undefined, signal: 'SIGKILL' });
    };
    if (options.signal.aborted) end();
    else options.signal.addEventListener('abort', end, { once: true });
  });
}

/** Some of what keeps a program from being started is thrown, the rest is an event. */
function started<Child>(start: () => Child, failed: (error: Error) => void): Child | undefined {
  try {
    return start();
  } catch (error) {
    failed(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
