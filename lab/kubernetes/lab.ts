import { rm } from 'node:fs/promises';
import path from 'node:path';
import { removeLab } from '../netns/remove.ts';
import { reservedSubnets, reserveSubnet } from '../netns/subnet.ts';
import { KubernetesApi } from './api.ts';
import { CONTROL_PLANE, findBinaries, WHOLE_CLUSTER } from './binaries.ts';
import type { Subject } from './certificates.ts';
import { etcdDirectory, startControlPlane } from './control-plane.ts';
import { startControllers } from './controllers.ts';
import { type PolicyRule, serviceAccountToken } from './identity.ts';
import { type Access, writeKubeconfig } from './kubeconfig.ts';
import { removeCgroups } from './node/cgroups.ts';
import { startNodes } from './node/index.ts';
import { createBridge, MAX_NODES } from './node/network.ts';
import type { NodeState } from './node/state.ts';
import { makeAuthority, readAuthority, readCredentials } from './pki.ts';
import { endProcesses, processesOf } from './processes.ts';
import { defaultDirectory, type LabState, makeDirectories, readState, writeState } from './state.ts';

export interface KubernetesLabOptions {
  name: string;
  /** Where the lab's files live; defaults to a directory of that name below the temporary directory. */
  stateDir?: string;
  /** Nodes that run a kubelet; none unless given: then there are only etcd and the API server. */
  nodes?: number;
  /** Says what takes long. */
  progress?: (line: string) => void;
}

/** A running cluster. */
export class KubernetesLab {
  readonly name: string;
  readonly directory: string;
  readonly server: string;
  /** etcd's client URL. */
  readonly etcd: string;
  /** A kubeconfig that may do everything. */
  readonly kubeconfig: string;
  readonly nodes: readonly NodeState[];
  /** As an administrator. */
  readonly api: KubernetesApi;
  readonly #access: Access;

  constructor(directory: string, state: LabState, access: Access) {
    this.name = state.name;
    this.directory = directory;
    this.server = state.server;
    this.etcd = state.etcd;
    this.nodes = state.nodes;
    this.kubeconfig = path.join(directory, 'admin.kubeconfig');
    this.api = new KubernetesApi(access);
    this.#access = access;
  }

  /** Makes a service account that may do this and nothing else; returns its kubeconfig, with a token of an hour. */
  async serviceAccount(name: string, rules: readonly PolicyRule[]): Promise<string> {
    const token = await serviceAccountToken(this.api, name, rules);
    return this.#writeKubeconfig(name, { ...this.#access, client: { token } });
  }

  /** A kubeconfig for whomever a client certificate names, also one that has expired. Rights are not given. */
  async user(subject: Subject): Promise<string> {
    const authority = await readAuthority(this.directory);
    const name = subject.commonName.replaceAll(/[^\w.-]/g, '_');
    return this.#writeKubeconfig(name, { ...this.#access, client: authority.issue(subject) });
  }

  /** A kubeconfig with this token, which need not be one that the API server knows. */
  withToken(name: string, token: string): Promise<string> {
    return this.#writeKubeconfig(name, { ...this.#access, client: { token } });
  }

  async #writeKubeconfig(name: string, access: Access): Promise<string> {
    const file = path.join(this.directory, `${name}.kubeconfig`);
    await writeKubeconfig(file, `${this.name}-${name}`, access);
    return file;
  }

  /** Removes every process, link, namespace, mount, cgroup and file of the lab. */
  async down(): Promise<void> {
    await removeAll(this.directory);
  }
}

/** Brings a lab up, after taking down what an earlier one of the same name left. */
export async function upKubernetesLab(options: KubernetesLabOptions): Promise<KubernetesLab> {
  const directory = options.stateDir ?? defaultDirectory(options.name);
  await removeAll(directory);
  const names = Array.from({ length: options.nodes ?? 0 }, (_, number) => `node${number + 1}`);
  if (names.length > MAX_NODES) throw new Error(`a lab has at most ${MAX_NODES} nodes, not ${names.length}`);
  const full = names.length > 0;
  const binaries = await findBinaries(full ? WHOLE_CLUSTER : CONTROL_PLANE, options.progress);
  await makeDirectories(directory);
  const index = await reserveSubnet(directory);
  try {
    const authority = await makeAuthority(directory);
    const loopback = `127.213.${index}.1`;
    const address = full ? await createBridge(index) : loopback;
    const plan = { directory, binaries, authority, address, etcdAddress: loopback, full };
    const { access, etcd, api } = await startControlPlane(plan);
    await writeKubeconfig(path.join(directory, 'admin.kubeconfig'), options.name, access);
    if (full) await startControllers(directory, binaries, authority, access, loopback);
    const cluster = { directory, index, binaries, authority, access, api };
    const nodes = full ? await startNodes(cluster, names) : [];
    const state: LabState = { name: options.name, index, server: access.server, etcd, nodes };
    await writeState(directory, state);
    return new KubernetesLab(directory, state, access);
  } catch (error) {
    await removeAll(directory);
    throw error;
  }
}

/** The running lab of that name, perhaps brought up by another process. */
export async function openKubernetesLab({
  name,
  stateDir,
}: Pick<KubernetesLabOptions, 'name' | 'stateDir'>): Promise<KubernetesLab | undefined> {
  const directory = stateDir ?? defaultDirectory(name);
  const state = await readState(directory);
  if (!state || (await processesOf(directory)).length === 0) return undefined;
  const authority = await readCredentials(directory, 'ca');
  const client = await readCredentials(directory, 'admin');
  return new KubernetesLab(directory, state, {
    server: state.server,
    authority: authority.certificate,
    client,
  });
}

/** Takes down the lab of that name, if there is anything of it. */
export async function downKubernetesLab({
  name,
  stateDir,
}: Pick<KubernetesLabOptions, 'name' | 'stateDir'>): Promise<void> {
  await removeAll(stateDir ?? defaultDirectory(name));
}

async function removeAll(directory: string): Promise<void> {
  await endProcesses(directory);
  for (const index of await reservedSubnets(directory)) await removeCgroups(index);
  await rm(await etcdDirectory(directory), { recursive: true, force: true });
  // Links, namespaces, the subnet and the files are held as those of a netns lab are.
  await removeLab(directory);
}
