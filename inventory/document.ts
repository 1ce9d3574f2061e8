import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import type { SshSettings } from '../transports/access.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { parseDestination } from '../transports/ssh/destination.ts';
import { consistent } from './consistency.ts';
import { InventoryError, type Problem, quoted, refuse } from './error.ts';
import { type Expectations, readExpectations } from './expectations.ts';
import type { Inventory, InventoryNode } from './node.ts';
import {
  type ClusterEntry,
  HOST,
  type InventoryDocument,
  inventorySchema,
  type NodeEntry,
} from './schema.ts';
import type { Parsed } from './yaml.ts';

const HINT = 'Mend these places; docs/inventory.md describes every key.';

type Path = readonly (string | number)[];

/** Reads the product's own format. @throws {InventoryError} */
export function readDocument(file: string, parsed: Parsed): Inventory {
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
    throw new InventoryError(
      `${file}: expected a mapping with version and nodes, got ${quoted(parsed.value)}`,
      'docs/inventory.md shows an inventory.',
    );
  }
  const result = v.safeParse(inventorySchema, parsed.value);
  const problem = (path: Path, message: string): Problem => ({
    message: `${parsed.where(path)}: ${shownPath(path)}: ${message}`,
    hint: HINT,
  });
  if (!result.success) {
    refuse(result.issues.map(({ path, message }) => problem(pathOf(path), message)));
    throw new InventoryError(`${file}: the inventory can't be used`, HINT);
  }
  const { defaults, clusters = [], nodes = [] } = result.output;
  refuse([
    ...(nodes.length + clusters.length === 0 ? [problem(['nodes'], 'the key is missing')] : []),
    ...sameNames(clusters, problem),
    ...expectationProblems(defaults?.expect, ['defaults', 'expect'], problem),
    ...nodes.flatMap((node, index) => [
      ...expectationProblems(node.expect, ['nodes', index, 'expect'], problem),
      ...accessProblems(node, ['nodes', index], problem),
      ...clusterProblems(node, clusters, ['nodes', index], problem),
    ]),
  ]);
  const folder = dirname(resolve(file));
  return {
    source: file,
    nodes: consistent(
      nodes.map((node) => toNode(node, defaults, folder)),
      (index, key) => parsed.where(['nodes', index, key]),
    ),
    ...(clusters.length === 0 ? {} : { clusters: clusters.map((entry) => toCluster(entry, folder)) }),
  };
}

const sameNames = (clusters: readonly ClusterEntry[], problem: ProblemAt): Problem[] =>
  clusters.flatMap(({ name }, index) =>
    clusters.findIndex((other) => other.name === name) < index
      ? [problem(['clusters', index, 'name'], `${quoted(name)} is the name of another cluster, too`)]
      : [],
  );

function toCluster({ name, kubeconfig, context, kubectl, via }: ClusterEntry, folder: string): ClusterTarget {
  const machine = via === undefined ? undefined : parseDestination(via);
  // Where kubectl runs on another machine, the file is that machine's.
  const file = kubeconfig === undefined || machine !== undefined ? kubeconfig : localPath(kubeconfig, folder);
  return {
    name,
    ...(file === undefined ? {} : { kubeconfig: file }),
    ...(context === undefined ? {} : { context }),
    ...(kubectl === undefined ? {} : { kubectl }),
    ...(machine === undefined ? {} : { via: machine }),
  };
}

const pathOf = (path: readonly { readonly key?: unknown }[] | undefined): Path =>
  (path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));

const shownPath = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = /^[\w.-]{1,60}$/.test(part) ? part : quoted(part);
      return index === 0 ? key : `.${key}`;
    })
    .join('');

type ProblemAt = (path: Path, message: string) => Problem;

const expectationProblems = (
  given: Readonly<Record<string, unknown>> | undefined,
  path: Path,
  problem: ProblemAt,
): Problem[] =>
  [...readExpectations(given ?? {}).problems].map(([name, message]) => problem([...path, name], message));

const WAYS = ['ssh', 'container', 'local', 'recorded', 'access'] as const;

function accessProblems(node: NodeEntry, path: Path, problem: ProblemAt): Problem[] {
  const given = WAYS.filter((way) => node[way] !== undefined);
  if (given.length > 1)
    return [
      problem([...path, given[1] ?? ''], `the node has ${given.join(' and ')}; one way leads to a node`),
    ];
  const bySsh = given.length === 0 || given[0] === 'ssh';
  if (!bySsh || node.ssh?.address !== undefined || HOST.test(node.name)) return [];
  return [problem([...path, 'ssh', 'address'], `is missing, and ${quoted(node.name)} is no host name`)];
}

/** A misspelt cluster would leave the node without what its cluster knows of it. */
const clusterProblems = (
  { kubernetes }: NodeEntry,
  clusters: readonly ClusterEntry[],
  path: Path,
  problem: ProblemAt,
): Problem[] =>
  kubernetes === undefined || clusters.some(({ name }) => name === kubernetes.cluster)
    ? []
    : [
        problem(
          [...path, 'kubernetes', 'cluster'],
          `${quoted(kubernetes.cluster)} is not among the inventory's clusters`,
        ),
      ];

function toNode(entry: NodeEntry, defaults: InventoryDocument['defaults'], folder: string): InventoryNode {
  const { name, role, simulation, dpu, kubernetes } = entry;
  const expect: Expectations = {
    ...readExpectations(defaults?.expect ?? {}).values,
    ...readExpectations(entry.expect ?? {}).values,
  };
  return {
    name,
    ...(role === undefined ? {} : { role }),
    ...(simulation === undefined ? {} : { simulation }),
    ...(dpu === undefined ? {} : { dpu }),
    access: accessOf(entry, defaults?.ssh, folder),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
  };
}

const NOT_FOUND = 'no cluster that was asked has this node';

function accessOf(
  entry: NodeEntry,
  defaults: Partial<SshSettings> | undefined,
  folder: string,
): InventoryNode['access'] {
  if (entry.access === 'none') return { kind: 'none' };
  // The pod is found when the node's cluster has told which there are.
  if (entry.access === 'exec')
    return { kind: 'pod', cluster: {}, node: entry.kubernetes?.node ?? entry.name, why: NOT_FOUND };
  if (entry.local) return { kind: 'local' };
  if (entry.recorded !== undefined) return { kind: 'recorded', file: localPath(entry.recorded, folder) };
  if (entry.container !== undefined) {
    const { engine = 'docker', name } = entry.container;
    return { kind: 'container', engine, container: name };
  }
  const ssh = { address: entry.name, ...defaults, ...entry.ssh };
  return {
    kind: 'ssh',
    ssh: {
      ...ssh,
      ...(ssh.identityFile === undefined ? {} : { identityFile: localPath(ssh.identityFile, folder) }),
      ...(ssh.knownHostsFile === undefined ? {} : { knownHostsFile: localPath(ssh.knownHostsFile, folder) }),
    },
  };
}

/** A path on this machine: `~` is the home directory, a relative one begins at the inventory file. */
export function localPath(path: string, folder: string): string {
  if (path === '~' || path.startsWith('~/')) return resolve(homedir(), `.${path.slice(1)}`);
  return resolve(folder, path);
}
