import { type RunOptions, type RunResult, TransportError } from './transport.ts';

/** Runs a program of this machine with a script on its standard input, and ends its whole process group on abort. */
export async function runProcess(
  argv: readonly [string, ...string[]],
  script: string,
  options: RunOptions,
): Promise<RunResult> {
  const { execa } = await import('execa');
  const [file, ...args] = argv;
  const subprocess = execa(file, args, {
    stdin: 'pipe',
    buffer: false,
    reject: false,
    // A group of its own, so that what hangs under the shell can be ended with it.
    detached: true,
    cleanup: true,
    stripFinalNewline: false,
  });
  subprocess.stdout.on('data', options.onStdout);
  subprocess.stderr.on('data', options.onStderr);
  // A program that could not be started, or has ended before it read all, is told by its result.
  subprocess.stdin.on('error', () => undefined);
  subprocess.stdin.end(script);
  options.onSent?.();
  const aborted = new Promise<'aborted'>((resolve) => {
    const end = (): void => {
      if (subprocess.pid !== undefined) endGroup(subprocess.pid);
      subprocess.stdout.destroy();
      subprocess.stderr.destroy();
      resolve('aborted');
    };
    if (options.signal.aborted) end();
    else options.signal.addEventListener('abort', end, { once: true });
  });
  const result = await Promise.race([subprocess, aborted]);
  if (result === 'aborted') return { exitCode: undefined, signal: 'SIGKILL' };
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new TransportError(
      'missing-program',
      `${file} could not be started: ${result.originalMessage ?? 'unknown reason'}`,
      `Look whether ${file} is installed and on PATH.`,
    );
  }
  return { exitCode: result.exitCode, signal: result.signal };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
