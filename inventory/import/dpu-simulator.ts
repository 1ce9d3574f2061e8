import { readDocument } from '../document.ts';
import { InventoryError, quoted } from '../error.ts';
import type { Inventory } from '../node.ts';
import type { Parsed } from '../yaml.ts';
import { containerEngine } from './engine.ts';

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

const list = (value: unknown): readonly Mapping[] => (Array.isArray(value) ? value.map(mapping) : []);

/** Whether a document is a dpu-simulator configuration (its pkg/config/types.go). */
export const isDpuSimulator = (value: unknown): boolean =>
  'kind' in mapping(value) || 'vms' in mapping(value) || 'baremetal' in mapping(value);

interface Entry {
  readonly path: readonly (string | number)[];
  readonly given: Mapping;
  readonly access: Mapping;
  readonly simulation: string | undefined;
}

/**
 * The nodes of a dpu-simulator deployment. Containers are called as kind calls them, by cluster, role and order; virtual
 * and other machines are reached over SSH.
 *
 * @throws {InventoryError}
 */
export async function importDpuSimulator(file: string, parsed: Parsed): Promise<Inventory> {
  const configuration = mapping(parsed.value);
  const engine = await containerEngine();
  const entries = [
    ...kindEntries(list(mapping(configuration['kind'])['nodes']), engine, parsed),
    ...machineEntries(configuration),
  ];
  if (entries.length === 0) {
    throw new InventoryError(
      `${file}: the dpu-simulator configuration names no node`,
      'Nodes stand in kind.nodes, vms or baremetal.',
    );
  }
  const dpuOf = new Map(
    entries
      .filter(({ given }) => given['type'] === 'dpu')
      .map(({ given }) => [given['host'], given['name']] as const),
  );
  checkHosts(entries, parsed);
  const pairs = list(configuration['networks']).find(({ type }) => type === 'HostToDpu')?.['num_pairs'];
  const nodes = entries.map(({ given, access, simulation }) => {
    const dpu = given['type'] === 'dpu' ? undefined : dpuOf.get(given['name']);
    const role = roleOf(given, dpu !== undefined);
    const expect = typeof pairs === 'number' && dpuSide(role) ? { 'veth-pairs': pairs } : undefined;
    return present({ name: given['name'], role, simulation, dpu, expect, ...access });
  });
  return readDocument(file, {
    value: { version: 1, nodes },
    where: ([, index]) => parsed.where(entries[Number(index)]?.path ?? []),
  });
}

const dpuSide = (role: string): boolean => role === 'dpu' || role === 'dpu-host';

/** A host without a DPU is an ordinary node. */
function roleOf(given: Mapping, hasDpu: boolean): string {
  if (given['type'] === 'dpu') return 'dpu';
  if (hasDpu) return 'dpu-host';
  return given['k8s_role'] === 'worker' ? 'worker' : 'control-plane';
}

/** Every DPU has a host among the nodes, and is its only DPU. */
function checkHosts(entries: readonly Entry[], parsed: Parsed): void {
  const names = new Set(entries.map(({ given }) => given['name']));
  const dpuOf = new Map<unknown, unknown>();
  for (const { given, path } of entries) {
    const { type, name, host } = given;
    if (type !== 'dpu') continue;
    const where = parsed.where([...path, 'host']);
    const hint = 'On a node of type dpu, host names the node whose DPU it is.';
    if (host === undefined) throw new InventoryError(`${where}: the DPU ${quoted(name)} names no host`, hint);
    if (!names.has(host)) {
      const lost = `the DPU ${quoted(name)} belongs to ${quoted(host)}, which is not among the nodes`;
      throw new InventoryError(`${where}: ${lost}`, hint);
    }
    if (dpuOf.has(host)) {
      const both = `the host ${quoted(host)} has two DPUs, ${quoted(dpuOf.get(host))} and ${quoted(name)}`;
      throw new InventoryError(`${where}: ${both}`, 'Pairs have one DPU: leave one of them out.');
    }
    dpuOf.set(host, name);
  }
}

/** kind calls the first node of a role <cluster>-<role>, the second <cluster>-<role>2, and so on. */
function kindEntries(nodes: readonly Mapping[], engine: string, parsed: Parsed): Entry[] {
  const counts = new Map<string, number>();
  return nodes.map((given, index) => {
    if (typeof given['k8s_cluster'] !== 'string') {
      throw new InventoryError(
        `${parsed.where(['kind', 'nodes', index])}: kind.nodes[${index}].k8s_cluster: the key is missing`,
        'Its container is called after the cluster: name it.',
      );
    }
    const role = given['k8s_role'] === 'worker' ? 'worker' : 'control-plane';
    const base = `${given['k8s_cluster']}-${role}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const name = count === 1 ? base : `${base}${count}`;
    return {
      path: ['kind', 'nodes', index],
      given,
      access: { container: { engine, name } },
      simulation: given['type'] === undefined ? undefined : 'veth',
    };
  });
}

function machineEntries(configuration: Mapping): Entry[] {
  const { user, key_path: identityFile } = mapping(configuration['ssh']);
  const ssh = (address: unknown, own: unknown): Mapping => ({
    ssh: present({ address, user: own ?? user, identityFile }),
  });
  return [
    ...list(configuration['vms']).map((given, index) => ({
      path: ['vms', index],
      given,
      access: ssh(given['k8s_node_ip'], undefined),
      // Its links are virtual NICs joined by libvirt networks: nothing that asks for hardware fits.
      simulation: 'tap',
    })),
    ...list(configuration['baremetal']).map((given, index) => ({
      path: ['baremetal', index],
      given,
      access: ssh(given['mgmt_ip'] ?? given['node_ip'], mapping(given['bootstrap_ssh'])['user']),
      simulation: undefined,
    })),
  ];
}

const present = (entries: Mapping): Mapping =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null));
