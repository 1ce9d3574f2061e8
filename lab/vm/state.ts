import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, type ProcessId } from './process.ts';
import type { Profile } from './types.ts';

/** What is known of a running machine, kept where another process finds it. */
export interface State {
  name: string;
  profile: Profile;
  port: number;
  qemu: ProcessId;
}

const root = join(tmpdir(), `dpu-doctor-vm-${process.getuid?.() ?? 0}`);

export function directoryOf(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) throw new Error(`not a name for a VM: ${name}`);
  return join(root, name);
}

const stateFile = (name: string): string => join(directoryOf(name), 'state.json');

/** Claims the name: of two that start it, one fails. */
export async function claim(name: string): Promise<string> {
  const state = await readState(name);
  if (state && (await isRunning(state.qemu))) throw new Error(`VM ${name} is up already`);
  if (state) await release(name);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(directoryOf(name), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new Error(`VM ${name} is being started, or its start was interrupted: take it down first`);
  });
  return directoryOf(name);
}

export async function release(name: string): Promise<void> {
  await rm(directoryOf(name), { recursive: true, force: true });
}

export async function writeState(state: State): Promise<void> {
  await writeFile(stateFile(state.name), `${JSON.stringify(state)}\n`);
}

export async function readState(name: string): Promise<State | undefined> {
  const text = await readFile(stateFile(name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as State);
}

export async function allStates(): Promise<State[]> {
  const names = await readdir(root).catch((): string[] => []);
  const states = await Promise.all(names.sort().map(readState));
  return states.filter((state) => state !== undefined);
}
