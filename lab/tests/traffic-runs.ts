import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { WantedPod } from '../../traffic/objects/index.ts';
import type { KubernetesApi } from '../kubernetes/index.ts';

const RUN = path.join(import.meta.dirname, 'traffic-run.ts');

export interface Run {
  readonly id: string;
  readonly child: ChildProcess;
  /** What it said so far, by kind. */
  readonly said: Record<string, unknown>;
  /** Resolves when such a line is said; rejects when it ends without. */
  until(line: RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

let runs = 0;

/** Starts a run of its own id as a process, which the test ends; with hold it pings until then. */
export function startRun(
  kubeconfig: string,
  pods: readonly WantedPod[],
  { hold = false, image = 'alpine' } = {},
): Run {
  const id = `test-${process.pid}-${++runs}`;
  const child = spawn(process.execPath, [RUN, kubeconfig, id, JSON.stringify(pods), image], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(hold ? { HOLD: '1' } : {}) },
  });
  const lines: string[] = [];
  const said: Record<string, unknown> = {};
  const waiting = new Set<{ line: RegExp; resolve: () => void; reject: (error: Error) => void }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    Object.assign(said, JSON.parse(line));
    for (const one of waiting) if (one.line.test(line)) one.resolve();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      for (const { line, reject } of waiting)
        reject(new Error(`it ended without ${line}: ${lines.join('\n')}\n${stderr}`));
      resolve(code);
    });
  });
  return {
    id,
    child,
    said,
    ended,
    until: (line) =>
      new Promise((resolve, reject) => {
        if (lines.some((one) => line.test(one))) return resolve();
        waiting.add({ line, resolve, reject });
      }),
  };
}

const KINDS = ['namespaces', 'pods', 'services', 'configmaps', 'events', 'persistentvolumeclaims'];

/** How many objects of each kind there are, but for what comes and goes by itself. */
export async function counts(api: KubernetesApi): Promise<Record<string, number>> {
  const lists = await Promise.all(KINDS.map((kind) => api.list(`/api/v1/${kind}`)));
  return Object.fromEntries(
    KINDS.map((kind, index) => {
      const own = (lists[index] ?? []).filter(
        ({ metadata }) => kind !== 'events' || metadata.namespace?.startsWith('dpu-doctor-'),
      );
      return [kind, own.length];
    }),
  );
}

const MADE = ['namespaces', 'pods', 'services'];

/** Every object with the label of the run, of the kinds that it makes. */
export async function labelled(api: KubernetesApi, id: string): Promise<string[]> {
  const selector = encodeURIComponent(`dpu-doctor/run=${id}`);
  const lists = await Promise.all(MADE.map((kind) => api.list(`/api/v1/${kind}?labelSelector=${selector}`)));
  return lists.flatMap((list, index) => list.map(({ metadata }) => `${MADE[index]} ${metadata.name}`));
}

/** In a pseudoterminal, answering the question. */
export async function onTerminal(
  args: readonly string[],
  answer: string,
): Promise<{ code: number | null; said: string }> {
  const bin = path.resolve(import.meta.dirname, '../../bin/dpu-doctor.ts');
  const command = [process.execPath, bin, ...args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  let answered = false;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (answered || !said.includes('[y/N]')) return;
    answered = true;
    child.stdin.write(`${answer}\r`);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said };
}
