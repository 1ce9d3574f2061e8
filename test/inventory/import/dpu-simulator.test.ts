import test from 'ava';
import { readInventory } from '../../../inventory/load.ts';
import { refused } from '../../helpers/inventory.ts';

/* Hand-written after pkg/config/types.go of dpu-simulator. */
const KIND = `networks:
  - {name: link, type: HostToDpu, num_pairs: 12, gateway_subnet: 172.30.0.0/24}
kind:
  nodes:
    - {name: cp-host, k8s_role: control-plane, k8s_cluster: sim-host}
    - {name: cp-dpu, k8s_role: control-plane, k8s_cluster: sim-dpu}
    - {name: host-1, type: host, k8s_role: worker, k8s_cluster: sim-host}
    - {name: dpu-1, type: dpu, k8s_role: worker, k8s_cluster: sim-dpu, host: host-1}
    - {name: host-2, type: host, k8s_role: worker, k8s_cluster: sim-host}
    - {name: dpu-2, type: dpu, k8s_role: worker, k8s_cluster: sim-dpu, host: host-2}
kubernetes: {offload_dpu: true}
`;

const MACHINES = `networks: []
vms:
  - {name: master-1, type: host, k8s_role: master, k8s_cluster: a, k8s_node_ip: 192.168.123.11}
  - {name: host-1, type: host, k8s_role: worker, k8s_cluster: a, k8s_node_ip: 192.168.123.12}
  - {name: dpu-1, type: dpu, k8s_role: worker, k8s_cluster: b, k8s_node_ip: 192.168.123.22, host: host-1}
  - {name: plain, type: host, k8s_role: worker, k8s_cluster: a, k8s_node_ip: 192.168.123.13}
baremetal:
  - {name: metal, type: host, k8s_role: worker, mgmt_ip: 10.1.1.1, bootstrap_ssh: {user: admin, password: secret}}
ssh: {user: root, key_path: /keys/id, password: secret}
`;

test('containers are called as kind calls them, and pairs are by the key host', async (t) => {
  const { nodes } = await readInventory('sim.yaml', KIND);
  t.deepEqual(
    nodes.map(({ name, role, dpu, access }) => [
      name,
      role,
      dpu,
      access.kind === 'container' ? access.container : access.kind,
    ]),
    [
      ['cp-host', 'control-plane', undefined, 'sim-host-control-plane'],
      ['cp-dpu', 'control-plane', undefined, 'sim-dpu-control-plane'],
      ['host-1', 'dpu-host', 'dpu-1', 'sim-host-worker'],
      ['dpu-1', 'dpu', undefined, 'sim-dpu-worker'],
      ['host-2', 'dpu-host', 'dpu-2', 'sim-host-worker2'],
      ['dpu-2', 'dpu', undefined, 'sim-dpu-worker2'],
    ],
  );
  t.like(nodes[2], { simulation: 'veth', expect: { 'veth-pairs': 12 } });
  t.is(nodes[0]?.expect, undefined);
});

test('machines are reached over SSH, and no password is taken along', async (t) => {
  const { nodes } = await readInventory('/srv/sim.yaml', MACHINES);
  t.deepEqual(
    nodes.map(({ role }) => role),
    ['control-plane', 'dpu-host', 'dpu', 'worker', 'worker'],
  );
  t.deepEqual(nodes[1]?.access, {
    kind: 'ssh',
    ssh: { address: '192.168.123.12', user: 'root', identityFile: '/keys/id' },
  });
  t.deepEqual(nodes[4]?.access, {
    kind: 'ssh',
    ssh: { address: '10.1.1.1', user: 'admin', identityFile: '/keys/id' },
  });
  t.is(nodes[4]?.simulation, undefined);
  t.notRegex(JSON.stringify(nodes), /secret/);
});

for (const [what, text, message] of [
  ['no node', 'kind: {nodes: []}\n', /names no node/],
  ['nothing in it', 'kind:\n', /names no node/],
  [
    'a DPU without host',
    'kind:\n  nodes:\n    - {name: d, type: dpu, k8s_cluster: c, k8s_role: worker}\n',
    /^inv\.yaml:3: the DPU "d" names no host/,
  ],
  [
    'a DPU of a host that is not there',
    'vms:\n  - name: d\n    type: dpu\n    host: h\n',
    /^inv\.yaml:4: the DPU "d" belongs to "h", which is not among the nodes/,
  ],
  [
    'a kind node without cluster',
    'kind:\n  nodes:\n    - {name: a, k8s_role: worker}\n',
    /^inv\.yaml:3: kind\.nodes\[0\]\.k8s_cluster: the key is missing/,
  ],
  [
    'two DPUs of one host',
    'vms:\n  - {name: h, type: host, k8s_node_ip: 10.0.0.1}\n  - {name: d, type: dpu, host: h, k8s_node_ip: 10.0.0.2}\n  - {name: e, type: dpu, host: h, k8s_node_ip: 10.0.0.3}\n',
    /^inv\.yaml:4: the host "h" has two DPUs, "d" and "e"/,
  ],
  [
    'an address from the environment',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpu-simulator's own placeholder
    'baremetal:\n  - {name: m, type: host, mgmt_ip: "${MGMT_IP}"}\n',
    /"\$\{MGMT_IP\}" is no host name and no address/,
  ],
  [
    'a name twice',
    'vms:\n  - {name: a, k8s_node_ip: 10.0.0.1}\n  - {name: a, k8s_node_ip: 10.0.0.2}\n',
    /^inv\.yaml:3: a: inv\.yaml:2 has a node of that name/,
  ],
  ['nodes that are none', 'vms: [1, null]\n', /name: the key is missing/],
] as const) {
  test(`refused: ${what}`, async (t) => void (await refused(t, text, message)));
}
