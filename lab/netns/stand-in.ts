import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { waitingProgram } from './elf.ts';
import type { LabNode } from './node.ts';
import { startDetached } from './run.ts';
import { waitFor } from './wait.ts';

export interface StandInOptions {
  /** false: no such process. */
  running?: boolean;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Written to /etc/openvswitch/ovn_k8s.conf first. */
  configFile?: string;
}

export interface StandIn extends StandInOptions {
  program: 'ovnkube' | 'kubelet';
}

const CONFIG_FILE = '/etc/openvswitch/ovn_k8s.conf';

/**
 * Starts a stand-in for a program that the lab does not have: a process with its name, arguments and
 * environment, which does nothing. One that runs already is replaced.
 */
export async function startStandIn(node: LabNode, standIn: StandIn): Promise<void> {
  const { program, args = [], env = {}, configFile, running = true } = standIn;
  await stopStandIn(node, program);
  if (configFile !== undefined) {
    await mkdir(path.dirname(node.path(CONFIG_FILE)), { recursive: true });
    await writeFile(node.path(CONFIG_FILE), configFile);
  }
  if (!running) return;
  const file = `/usr/bin/${program}`;
  await writeFile(node.path(file), waitingProgram(process.arch));
  await chmod(node.path(file), 0o755);
  const enter = ['nsenter', `--target=${node.pid}`, '--all'];
  const assignments = Object.entries({ DPU_DOCTOR_LAB: 'stand-in', ...env }).map(
    ([key, value]) => `${key}=${value}`,
  );
  startDetached([...enter, 'env', '-i', ...assignments, file, ...args]);
  await waitFor(
    `the ${program} stand-in on ${node.name}`,
    async () => (await pidsOf(node, program)).length > 0,
  );
}

export async function stopStandIn(node: LabNode, program: StandIn['program']): Promise<void> {
  const pids = await pidsOf(node, program);
  if (pids.length === 0) return;
  await node.exec(['kill', '-9', ...pids]);
  await waitFor(`the ${program} stand-in on ${node.name} to end`, async () => {
    return (await pidsOf(node, program)).length === 0;
  });
}

async function pidsOf(node: LabNode, program: string): Promise<string[]> {
  const { stdout } = await node.exec(['pgrep', '--exact', program]);
  return stdout.split('\n').filter(Boolean);
}
