import test from 'ava';
import { readInventory } from '../../../inventory/load.ts';
import { refused } from '../../helpers/inventory.ts';

/* Hand-written after the documentation of ansible-inventory --list. */
const LIST = {
  _meta: {
    hostvars: {
      h1: {
        ansible_host: '10.0.0.1',
        ansible_port: '2222',
        ansible_user: 'ubuntu',
        ansible_ssh_private_key_file: '/keys/h1',
        ansible_ssh_common_args: '-o ProxyJump=jump.example:22 -o ForwardAgent=no',
        dpu_doctor_dpu: 'd1',
        dpu_doctor_expect: { 'num-vfs': 8 },
        secret: 'unrelated',
      },
      d1: { ansible_host: '10.0.0.2', ansible_port: 22 },
      cp: {},
      here: { ansible_connection: 'local', dpu_doctor_role: 'hypervisor' },
      box: { ansible_connection: 'community.docker.docker', ansible_host: 'kind-worker' },
    },
  },
  all: { children: ['ungrouped', 'dpu_hosts', 'DPUs', 'kube_control_plane'] },
  dpu_hosts: { children: ['rack1'] },
  rack1: { hosts: ['h1'], children: ['dpu_hosts'] },
  DPUs: { hosts: ['d1'] },
  kube_control_plane: { hosts: ['cp'] },
  ungrouped: { hosts: ['lonely'] },
};

test('hosts, their access, roles and pairs are read', async (t) => {
  const { nodes } = await readInventory('/srv/inv.json', JSON.stringify(LIST));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  t.deepEqual(byName.get('h1'), {
    name: 'h1',
    role: 'dpu-host',
    dpu: 'd1',
    access: {
      kind: 'ssh',
      ssh: {
        address: '10.0.0.1',
        port: 2222,
        user: 'ubuntu',
        identityFile: '/keys/h1',
        proxyJump: 'jump.example:22',
      },
    },
    expect: { 'num-vfs': 8 },
  });
  t.is(byName.get('d1')?.role, 'dpu');
  t.is(byName.get('cp')?.role, 'control-plane');
  t.deepEqual(byName.get('cp')?.access, { kind: 'ssh', ssh: { address: 'cp' } });
  t.like(byName.get('here'), { role: 'hypervisor', access: { kind: 'local' } });
  t.deepEqual(byName.get('box')?.access, { kind: 'container', engine: 'docker', container: 'kind-worker' });
  t.is(byName.get('lonely')?.role, undefined);
});

const withVars = (vars: object) => JSON.stringify({ _meta: { hostvars: { h1: vars } } });

for (const [what, text, message] of [
  [
    'no host',
    JSON.stringify({ _meta: { hostvars: {} }, all: {} }),
    /^inv\.yaml: the Ansible inventory names no host/,
  ],
  [
    'a template',
    withVars({ ansible_host: '{{ lookup("x") }}' }),
    /host "h1": nodes\[0\]\.ssh\.address: .* holds a blank/,
  ],
  ['an unknown role', withVars({ dpu_doctor_role: 'smart' }), /host "h1": nodes\[0\]\.role: expected one of/],
  [
    'a DPU that is not there',
    withVars({ dpu_doctor_dpu: 'd9' }),
    /host "h1": h1: its DPU d9 is not among the nodes/,
  ],
  ['a port in words', withVars({ ansible_port: 'ssh' }), /ssh\.port: expected a number/],
  [
    'a host in both groups',
    JSON.stringify({ _meta: { hostvars: {} }, dpus: { hosts: ['a'] }, 'dpu-hosts': { hosts: ['a'] } }),
    /host "a" is in a group of DPUs and in one of DPU hosts/,
  ],
  ['a mistyped expectation', withVars({ dpu_doctor_expect: { 'num-vf': 1 } }), /did you mean 'num-vfs'/],
  ['JSON that is cut', JSON.stringify(LIST).slice(0, -20), /malformed YAML/],
] as const) {
  test(`refused: ${what}`, async (t) => void (await refused(t, text, message)));
}
