import { readFile } from 'node:fs/promises';
import { waitFor } from './wait.ts';

/** A process and when it started: a number alone may by now be somebody else's. */
export interface ProcessId {
  pid: number;
  started: string;
}

async function statFields(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name, in brackets, may contain anything.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

export async function identify(pid: number): Promise<ProcessId> {
  const started = (await statFields(pid))?.[19];
  if (!started) throw new Error(`process ${pid} is gone`);
  return { pid, started };
}

export async function isRunning({ pid, started }: ProcessId): Promise<boolean> {
  const fields = await statFields(pid);
  return fields !== undefined && fields[19] === started && fields[0] !== 'Z';
}

/** Ends it, first kindly; returns when it is gone. */
export async function end(process_: ProcessId): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(process_))) return;
    process.kill(process_.pid, signal);
    const gone = waitFor('end', async () => !(await isRunning(process_)), 5000, 20);
    if (await gone.catch(() => false)) return;
  }
  throw new Error(`process ${process_.pid} does not end`);
}
