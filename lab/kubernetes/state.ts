import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { NodeState } from './node/state.ts';

/** What is on record about a lab, so that another process can use it and take it down. */
export interface LabState {
  name: string;
  /** Of the reserved subnet, from which every address follows. */
  index: number;
  server: string;
  etcd: string;
  nodes: NodeState[];
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

export function defaultDirectory(name: string): string {
  if (!NAME.test(name)) throw new Error(`not a name for a lab: ${name}`);
  return path.join(os.tmpdir(), 'dpu-doctor-kubernetes', name);
}

/** The directories that a lab fills; only their owner may read them, since there are keys. */
export async function makeDirectories(directory: string): Promise<void> {
  for (const name of ['', 'logs', 'pki', 'nodes'])
    await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
}

export async function writeState(directory: string, state: LabState): Promise<void> {
  const file = path.join(directory, 'state.json');
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 1)}\n`);
  await rename(`${file}.new`, file);
}

export async function readState(directory: string): Promise<LabState | undefined> {
  const text = await readFile(path.join(directory, 'state.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LabState);
}

export const removeFiles = (directory: string): Promise<void> =>
  rm(directory, { recursive: true, force: true });
