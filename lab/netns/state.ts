import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Plan, Role } from './plan.ts';

/** What is on record about a lab, so that another process can use it and take it down. */
export interface LabState {
  name: string;
  index: number;
  options: unknown;
  plan: Plan;
  nodes: NodeState[];
}

export interface NodeState {
  name: string;
  role: Role;
  dpu?: string;
  address: string;
  port: number;
  netns: string;
  /** The node's PID 1 as the machine numbers it. */
  pid: number;
}

/** State lives here unless a caller says otherwise. */
export function defaultStateDir(name: string): string {
  return path.join(os.tmpdir(), 'dpu-doctor-lab', name);
}

export async function writeState(stateDir: string, state: LabState): Promise<void> {
  const file = path.join(stateDir, 'state.json');
  await mkdir(stateDir, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(state, bufferAsText, 1));
  await rename(`${file}.new`, file);
}

export async function readState(stateDir: string): Promise<LabState | undefined> {
  try {
    return JSON.parse(await readFile(path.join(stateDir, 'state.json'), 'utf8')) as LabState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

// Programs and PCI configuration spaces are on the node; nobody reads them back from here.
function bufferAsText(key: string, value: unknown): unknown {
  return key === 'programs' || key === 'sysfs' || key === 'files' ? undefined : value;
}
