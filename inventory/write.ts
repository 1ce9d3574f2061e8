import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { SshSettings } from '../transports/access.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { addressOf } from './consistency.ts';
import type { InventoryNode } from './node.ts';
import { isWord } from './schema.ts';

/** What was found, to be written down. Nothing in it is trusted: clusters say it. */
export interface Found {
  readonly nodes: readonly InventoryNode[];
  /** With the names that nodes know them by. */
  readonly clusters: readonly (ClusterTarget & {
    readonly name: string;
    readonly remarks: readonly string[];
  })[];
  /** What stands at the head, one a line. */
  readonly remarks: readonly string[];
  /** What is to be said of a node beyond that, by its name. */
  readonly nodeRemarks?: ReadonlyMap<string, readonly string[]>;
}

/** The product's own format, with what everything rests on as comments. {@link readInventory} takes it again. */
export function writeInventory({ nodes, clusters, remarks, nodeRemarks = new Map() }: Found): string {
  const names = uniqueNames(clusters.map(({ name }) => name));
  const shown = clusters.map((cluster, index) => ({ ...cluster, name: names[index] ?? cluster.name }));
  const nameOf = new Map(clusters.map(({ name }, index) => [name, names[index] ?? name]));
  const entries = nodeEntries(nodes, nameOf, nodeRemarks);
  return [
    ...remarks.map(comment),
    'version: 1\n',
    shown.length === 0 ? '' : 'clusters:\n',
    ...shown.flatMap(({ name, kubeconfig, context, kubectl, via, remarks: told }) => [
      ...told.map((line) => `  ${comment(line)}`),
      item({
        name,
        ...(kubeconfig === undefined
          ? {}
          : { kubeconfig: via === undefined ? resolve(kubeconfig) : kubeconfig }),
        ...(context === undefined ? {} : { context }),
        ...(kubectl === undefined ? {} : { kubectl }),
        ...(via === undefined ? {} : { via: destination(via) }),
      }),
    ]),
    entries.some(({ entry }) => entry !== undefined) ? 'nodes:\n' : '',
    ...entries.flatMap(({ entry, remarks: told }) => [
      ...told.map((line) => `  ${comment(line)}`),
      entry === undefined ? '' : item(entry),
    ]),
  ].join('');
}

/** On one line, without anything that a terminal or a reader of YAML would take for more than text. */
const comment = (text: string): string => `# ${text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '�')}\n`;

const item = (entry: Readonly<Record<string, unknown>>): string =>
  stringify([entry], { lineWidth: 0 }).replace(/^(?=.)/gm, '  ');

function destination({ user, address, port }: SshSettings): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** Contexts may be called in ways that a cluster of an inventory may not. */
function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base =
      name
        .replace(/[\p{C}\s]+/gu, '-')
        .replace(/^-+/, '')
        .slice(0, 200) || 'cluster';
    let free = base;
    for (let number = 2; taken.has(free); number++) free = `${base}-${number}`;
    taken.add(free);
    return free;
  });
}

interface Written {
  readonly remarks: readonly string[];
  /** Absent: only remarked upon, because an inventory can't hold it. */
  readonly entry?: Readonly<Record<string, unknown>>;
}

function nodeEntries(
  nodes: readonly InventoryNode[],
  clusterName: ReadonlyMap<string, string>,
  more: ReadonlyMap<string, readonly string[]>,
): readonly Written[] {
  const sayable = new Set(nodes.map(({ name }) => name).filter(isWord));
  const addresses = new Map<string, string>();
  return nodes.map((node): Written => {
    const { name, role, roleGround, simulation, dpu, dpuGround, dpus, kubernetes, expect } = node;
    if (!sayable.has(name))
      return { remarks: [`left out: ${JSON.stringify(name)} can't be the name of a node`] };
    const address = addressOf(node);
    const other = addresses.get(address);
    addresses.set(address, other ?? name);
    const ground = role === undefined || roleGround === undefined ? roleGround : `${role}: ${roleGround}`;
    return {
      remarks: [
        ...(more.get(name) ?? []),
        ...(ground === undefined ? [] : [ground]),
        ...(dpu !== undefined && dpuGround !== undefined ? [`its DPU is ${dpu}: ${dpuGround}`] : []),
        ...(dpus === undefined
          ? []
          : [`it has several DPUs: ${dpus.join(', ')}; name one as dpu: to examine both together`]),
        ...(other === undefined ? [] : [`not logged in to: ${address} already leads to ${other}`]),
      ],
      entry: {
        name,
        ...(role === undefined ? {} : { role }),
        ...(simulation === undefined ? {} : { simulation }),
        ...(dpu === undefined || !sayable.has(dpu) ? {} : { dpu }),
        ...(other === undefined ? wayOf(node) : { access: 'none' }),
        ...(kubernetes === undefined
          ? {}
          : {
              kubernetes: {
                ...kubernetes,
                cluster: clusterName.get(kubernetes.cluster) ?? kubernetes.cluster,
              },
            }),
        ...(expect === undefined ? {} : { expect }),
      },
    };
  });
}

function wayOf({ access }: InventoryNode): Readonly<Record<string, unknown>> {
  switch (access.kind) {
    case 'none':
      return { access: 'none' };
    // A pod's name is gone with the pod: a run finds the one that is there then.
    case 'pod':
      return { access: 'exec' };
    case 'local':
      return { local: true };
    case 'recorded':
      return { recorded: resolve(access.file) };
    case 'container':
      return { container: { engine: access.engine, name: access.container } };
    case 'ssh': {
      const { identityFile, knownHostsFile, ...rest } = access.ssh;
      return {
        ssh: {
          ...rest,
          ...(identityFile === undefined ? {} : { identityFile: resolve(identityFile) }),
          ...(knownHostsFile === undefined ? {} : { knownHostsFile: resolve(knownHostsFile) }),
        },
      };
    }
  }
}
