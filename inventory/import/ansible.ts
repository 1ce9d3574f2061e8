import type { Role } from '../../facts/derived/role.ts';
import { readDocument } from '../document.ts';
import { InventoryError } from '../error.ts';
import type { Inventory } from '../node.ts';

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** Whether a value is what `ansible-inventory --list` prints. */
export const isAnsible = (value: unknown): boolean => 'hostvars' in mapping(mapping(value)['_meta']);

/** Names of groups, without case, `-` and `_`, that tell the role of their hosts; the first that fits wins. */
const GROUPS: readonly (readonly [Role, readonly string[]])[] = [
  ['dpu', ['dpu', 'dpus', 'bluefield', 'bluefields']],
  ['dpu-host', ['dpuhost', 'dpuhosts']],
  ['hypervisor', ['hypervisor', 'hypervisors']],
  ['control-plane', ['controlplane', 'controlplanes', 'kubecontrolplane', 'master', 'masters']],
  ['worker', ['worker', 'workers', 'kubenode', 'kubeworker']],
];

/**
 * The hosts of an Ansible inventory: address, port, user and key by Ansible's variables; the role by the names of a
 * host's groups or by dpu_doctor_role, its DPU by dpu_doctor_dpu.
 *
 * @throws {InventoryError}
 */
export function importAnsible(file: string, value: unknown): Inventory {
  const inventory = mapping(value);
  const hostvars = mapping(mapping(inventory['_meta'])['hostvars']);
  const groups = new Map(Object.entries(inventory).filter(([name]) => name !== '_meta'));
  const names = new Set([
    ...[...groups.values()].flatMap((group) => texts(mapping(group)['hosts'])),
    ...Object.keys(hostvars),
  ]);
  if (names.size === 0) {
    throw new InventoryError(
      `${file}: the Ansible inventory names no host`,
      'Look at it: ansible-inventory -i INVENTORY --list',
    );
  }
  const roles = rolesByHost(file, groups);
  const nodes = [...names].map((name) => nodeOf(name, mapping(hostvars[name]), roles.get(name)));
  return readDocument(file, {
    value: { version: 1, nodes },
    where: ([, index]) => {
      const name = nodes[Number(index)]?.['name'];
      return name === undefined ? file : `${file}: host ${JSON.stringify(name)}`;
    },
  });
}

function rolesByHost(file: string, groups: ReadonlyMap<string, unknown>): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const [role, names] of GROUPS) {
    const members = [...groups.keys()]
      .filter((name) => names.includes(name.toLowerCase().replace(/[-_]/g, '')))
      .flatMap((name) => hostsOf(name, groups));
    for (const host of members) {
      const known = roles.get(host);
      if (known === 'dpu' && role === 'dpu-host') {
        throw new InventoryError(
          `${file}: host ${JSON.stringify(host)} is in a group of DPUs and in one of DPU hosts`,
          'Take it out of one of them, or set dpu_doctor_role on the host.',
        );
      }
      if (known === undefined) roles.set(host, role);
    }
  }
  return roles;
}

/** The hosts of a group and of the groups in it, which may lead in a circle. */
function hostsOf(name: string, groups: ReadonlyMap<string, unknown>): string[] {
  const seen = new Set([name]);
  // A set may grow while it is walked; every member is visited once.
  for (const group of seen)
    for (const child of texts(mapping(groups.get(group))['children'])) seen.add(child);
  return [...seen].flatMap((group) => texts(mapping(groups.get(group))['hosts']));
}

const CONTAINER_ENGINES: Readonly<Record<string, string>> = {
  docker: 'docker',
  'community.docker.docker': 'docker',
  podman: 'podman',
  'containers.podman.podman': 'podman',
};

function nodeOf(name: string, variables: Mapping, role: Role | undefined): Mapping {
  const first = (...keys: readonly string[]): unknown =>
    keys.map((key) => variables[key]).find((value) => value !== undefined && value !== null);
  const address = first('ansible_host', 'ansible_ssh_host');
  const connection = first('ansible_connection');
  const engine = typeof connection === 'string' ? CONTAINER_ENGINES[connection] : undefined;
  const access =
    connection === 'local'
      ? { local: true }
      : engine !== undefined
        ? { container: { engine, name: address ?? name } }
        : { ssh: sshOf(address, first) };
  return {
    name,
    ...present({
      role: variables['dpu_doctor_role'] ?? role,
      simulation: variables['dpu_doctor_simulation'],
      dpu: variables['dpu_doctor_dpu'],
      expect: variables['dpu_doctor_expect'],
    }),
    ...access,
  };
}

function sshOf(address: unknown, first: (...keys: readonly string[]) => unknown): Mapping {
  const port = first('ansible_port', 'ansible_ssh_port');
  const options = [first('ansible_ssh_common_args'), first('ansible_ssh_extra_args')].join(' ');
  return present({
    address,
    port: typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port,
    user: first('ansible_user', 'ansible_ssh_user'),
    identityFile: first('ansible_ssh_private_key_file', 'ansible_private_key_file'),
    proxyJump: /(?:-J\s*|ProxyJump[= ])["']?([^\s"']+)/i.exec(options)?.[1],
  });
}

const present = (entries: Mapping): Mapping =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null));
