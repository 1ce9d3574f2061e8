import path from 'node:path';
import { writeInventory } from './inventory.ts';
import { serveIsolatedNode } from './isolated-sshd.ts';
import { linkCommands, managementCommands } from './links.ts';
import { netnsName, nodeAddress } from './names.ts';
import { isRunning, LabNode, startNode } from './node.ts';
import { writeNodeDirectory } from './node-files.ts';
import type { NodePlan, Topology } from './plan.ts';
import { removeLab } from './remove.ts';
import { identityFiles, withoutOvs } from './rootfs.ts';
import { ipBatch, must, type RunOptions, type RunResult, run } from './run.ts';
import { makeKey, sshFiles, writeSshFiles } from './ssh.ts';
import { defaultStateDir, type LabState, readState, writeState } from './state.ts';
import { reserveSubnet } from './subnet.ts';
import { planTopology, startTopology, type TopologyOptions } from './topology.ts';

export interface NetnsLabOptions {
  name: string;
  /** Where the lab's files live; defaults to a directory of that name below the temporary directory. */
  stateDir?: string;
}

/** A running lab of network-namespace nodes. */
export class NetnsLab {
  readonly name: string;
  readonly topology: Topology;
  readonly stateDir: string;
  readonly nodes: LabNode[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly sshConfigFile: string;
  readonly inventoryFile: string;
  readonly state: LabState;

  constructor(stateDir: string, state: LabState) {
    const ssh = sshFiles(stateDir);
    this.name = state.name;
    this.topology = state.plan.topology;
    this.stateDir = stateDir;
    this.nodes = state.nodes.map((node) => new LabNode(node));
    this.identityFile = ssh.identityFile;
    this.knownHostsFile = ssh.knownHostsFile;
    this.sshConfigFile = ssh.sshConfigFile;
    this.inventoryFile = path.join(stateDir, 'inventory.yaml');
    this.state = state;
  }

  node(name: string): LabNode {
    const found = this.nodes.find((node) => node.name === name);
    if (!found)
      throw new Error(`lab ${this.name} has no node ${name}: ${this.nodes.map((n) => n.name).join(', ')}`);
    return found;
  }

  /** The host and the DPU of a pair, counted from 1. */
  pair(number = 1): { host: LabNode; dpu: LabNode } {
    const host = this.nodes.filter((node) => node.dpu !== undefined)[number - 1];
    if (host?.dpu === undefined) throw new Error(`lab ${this.name} has no pair ${number}`);
    return { host, dpu: this.node(host.dpu) };
  }

  /** The name by which `ip -n` knows a namespace of this lab. */
  netns(name: string): string {
    return netnsName(this.state.index, name);
  }

  /** Runs a program in a namespace that is no node: `fabric`, or a pod's, such as `host1-pod1`. */
  execIn(namespace: string, argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    return run(['nsenter', `--net=/run/netns/${this.netns(namespace)}`, ...argv], options);
  }

  /** Removes every process, link, namespace, mount and file of the lab. */
  async down(): Promise<void> {
    await removeLab(this.stateDir);
  }
}

/** Brings a lab up, after taking down what an earlier one of the same name left. */
export async function upNetnsLab(options: NetnsLabOptions & TopologyOptions): Promise<NetnsLab> {
  const stateDir = options.stateDir ?? defaultStateDir(options.name);
  await removeLab(stateDir);
  const index = await reserveSubnet(stateDir);
  try {
    const lab = await build(stateDir, index, options);
    await startTopology(lab, options);
    return lab;
  } catch (error) {
    await removeLab(stateDir);
    throw error;
  }
}

/** The running lab of that name, perhaps brought up by another process. */
export async function openNetnsLab({ name, stateDir }: NetnsLabOptions): Promise<NetnsLab | undefined> {
  const directory = stateDir ?? defaultStateDir(name);
  const state = await readState(directory);
  if (!state || state.nodes.length === 0) return undefined;
  const running = await Promise.all(state.nodes.map(isRunning));
  return running.every(Boolean) ? new NetnsLab(directory, state) : undefined;
}

/** Takes down the lab of that name, if there is anything of it. */
export async function downNetnsLab({ name, stateDir }: NetnsLabOptions): Promise<void> {
  await removeLab(stateDir ?? defaultStateDir(name));
}

async function build(
  stateDir: string,
  index: number,
  options: NetnsLabOptions & TopologyOptions,
): Promise<NetnsLab> {
  const plan = planTopology(options);
  const state: LabState = { name: options.name, index, options, plan, nodes: [] };
  await writeState(stateDir, state);
  const ssh = sshFiles(stateDir);
  const [key] = await Promise.all([
    makeKey(ssh.identityFile, `dpu-doctor-lab-${options.name}`),
    ipBatch(linkCommands(index, plan)),
  ]);
  for (const { name, ip, checksummed = [] } of plan.namespaces ?? []) {
    const netns = netnsName(index, name);
    await ipBatch(ip, { netns });
    for (const netdev of checksummed) {
      await must(['nsenter', `--net=/run/netns/${netns}`, 'ethtool', '-K', netdev, 'tx', 'off']);
    }
  }
  const hostKeys = await buildNodes(stateDir, state, key);
  await writeState(stateDir, state);
  await writeSshFiles(
    ssh,
    state.nodes.map((node, number) => ({ ...node, hostKey: hostKeys[number] ?? '' })),
  );
  await writeInventory(path.join(stateDir, 'inventory.yaml'), state, ssh);
  return new NetnsLab(stateDir, state);
}

async function buildNodes(stateDir: string, state: LabState, key: string): Promise<string[]> {
  const { plan, index } = state;
  const hide = plan.nodes.some((node) => node.withoutOvs) ? await withoutOvs() : undefined;
  const hosts = plan.nodes.map(({ name }, number) => `${nodeAddress(index, number)} ${name}\n`).join('');

  const built = await Promise.all(
    plan.nodes.map(async (node: NodePlan, number) => {
      const directory = path.join(stateDir, 'nodes', node.name);
      const address = nodeAddress(index, number);
      const listen = node.management === undefined ? undefined : address;
      const hostKeyFile = path.join(directory, 'files/etc/ssh/ssh_host_ed25519_key');
      const hostKey = await makeKey(hostKeyFile, node.name);
      const files = await identityFiles({ ...node, listen, hosts, authorizedKey: key });
      const ip = [...managementCommands(index, number, node), ...(node.ip ?? [])];
      await writeNodeDirectory(directory, {
        plan: { ...node, ip },
        files,
        hide: node.withoutOvs ? hide : undefined,
        netns: Object.fromEntries(
          Object.entries(node.netns ?? {}).map(([name, own]) => [
            name,
            `/run/netns/${netnsName(index, own)}`,
          ]),
        ),
      });
      const netns = netnsName(index, node.name);
      const pid = await startNode(directory, netns);
      if (listen === undefined) await serveIsolatedNode(pid, address);
      const { name, role, dpu } = node;
      return {
        hostKey,
        state: { name, role, ...(dpu === undefined ? {} : { dpu }), address, port: 22, netns, pid },
      };
    }),
  );
  state.nodes = built.map((one) => one.state);
  return built.map(({ hostKey }) => hostKey);
}
