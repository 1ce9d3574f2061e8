import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Role } from './plan.ts';
import { type RunOptions, type RunResult, run, startDetached } from './run.ts';
import type { NodeState } from './state.ts';
import { waitFor } from './wait.ts';

const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'USER=root',
  'LANG=C.UTF-8',
];

/** A running node of a lab. */
export class LabNode {
  readonly name: string;
  readonly role: Role;
  /** On a host: the name of its DPU node. */
  readonly dpu: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly netns: string;
  /** The node's PID 1 as the machine numbers it. */
  readonly pid: number;

  constructor(state: NodeState) {
    this.name = state.name;
    this.role = state.role;
    this.dpu = state.dpu;
    this.address = state.address;
    this.port = state.port;
    this.netns = state.netns;
    this.pid = state.pid;
  }

  /** Runs a program as root inside all of the node's namespaces; a non-zero exit is data. */
  exec(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    const enter = ['nsenter', `--target=${this.pid}`, '--mount', '--uts', '--ipc', '--net', '--pid'];
    return run([...enter, 'env', '-i', ...ENVIRONMENT, ...argv], options);
  }

  /** Runs a shell script in the node and returns its stdout; a non-zero exit is an error. */
  async sh(script: string, options: Omit<RunOptions, 'input'> = {}): Promise<string> {
    const result = await this.exec(['sh', '-eu', '-c', script], options);
    if (result.exitCode !== 0) {
      throw new Error(`${this.name}: exit ${result.exitCode}: ${result.stderr.trim()}\n${script}`);
    }
    return result.stdout;
  }

  /**
   * Shows the node's netdevs afresh in the stacked sysfs. Needed after a netdev was deleted, moved or made
   * by hand: the stacked tree remembers what it saw. Does nothing where sysfs is the kernel's alone.
   */
  async restackSysfs(): Promise<void> {
    await this.sh('[ ! -d /run/lab/sysfs ] || sh /run/lab/stack-sysfs.sh');
  }

  /** A path of the node as this process can open it. */
  path(file: string): string {
    return path.join(`/proc/${this.pid}/root`, file);
  }
}

/** Whether the pid on record is still that of the node: only then is it in the node's network namespace. */
export async function isRunning({ pid, netns }: NodeState): Promise<boolean> {
  const inode = (file: string) =>
    stat(file).then(
      ({ ino }) => ino,
      () => undefined,
    );
  const [own, recorded] = await Promise.all([inode(`/proc/${pid}/ns/net`), inode(`/run/netns/${netns}`)]);
  return own !== undefined && own === recorded;
}

/** Starts a node's PID 1 from its directory and returns its pid, as the machine numbers it, once it is up. */
export async function startNode(directory: string, netns: string): Promise<number> {
  const enter = ['nsenter', `--net=/run/netns/${netns}`];
  const unshare = ['unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];
  const root = ['sh', path.join(import.meta.dirname, 'node-root.sh'), directory];
  let ended = false;
  startDetached([...enter, ...unshare, ...root], path.join(directory, 'log'), () => {
    ended = true;
  });
  await waitFor(`the node in ${directory} to come up`, async () => {
    if (ended) throw new Error(`node failed to start: ${await text(directory, 'log')}`);
    return (await text(directory, 'ready')) === 'ready\n';
  });
  return Number(await text(directory, 'pid'));
}

const text = (directory: string, name: string) =>
  readFile(path.join(directory, name), 'utf8').catch(() => '');
