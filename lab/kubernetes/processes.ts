import { spawn } from 'node:child_process';
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { waitFor } from '../netns/wait.ts';

/**
 * Every process of a lab has the lab's directory in its environment, and hands it on to what it starts: so they
 * are found again by another process, also after an `up` that was killed, and nobody else's is taken for one.
 */
const MARK = 'DPU_DOCTOR_KUBERNETES_LAB';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A process that outlives this one. */
export interface Daemon {
  name: string;
  logFile: string;
  hasEnded(): boolean;
}

/** Starts a program that outlives this process; what it says goes to logs/NAME.log of the lab. */
export async function startDaemon(directory: string, name: string, argv: readonly string[]): Promise<Daemon> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('nothing to start');
  const logFile = path.join(directory, 'logs', `${name}.log`);
  const log = await open(logFile, 'a');
  try {
    const env = { PATH, HOME: '/root', [MARK]: directory };
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log.fd, log.fd], env });
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return { name, logFile, hasEnded: () => ended };
  } finally {
    await log.close();
  }
}

/** Waits for a daemon to answer; if it has ended meanwhile, says with what words. */
export async function waitForDaemon(
  daemon: Daemon,
  answers: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  await waitFor(
    `${daemon.name} to answer; see ${daemon.logFile}`,
    async () => {
      if (daemon.hasEnded()) throw new Error(`${daemon.name} has ended: ${await tail(daemon.logFile)}`);
      return answers();
    },
    { timeoutMs, intervalMs: 50 },
  );
}

const tail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-10).join('\n');

/** The pids of the lab's processes, those inside its nodes included. */
export async function processesOf(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`${MARK}=${directory}`);
    }),
  );
  return pids.filter((_, index) => marked[index]).map(Number);
}

/** Ends the lab's processes; what they hold is thrown away with them, so they aren't asked first. */
export async function endProcesses(directory: string): Promise<void> {
  await waitFor(`the processes of ${directory} to end`, async () => {
    const running = await processesOf(directory);
    for (const pid of running) kill(pid);
    return running.length === 0;
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
