import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { parseFact } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute, routes } from '../../facts/routes.ts';
import { testbedScripts } from '../../facts/testbed-scripts.ts';
import { vethPeers } from '../../facts/veth-peers.ts';
import { virtualMachines } from '../../facts/virtual-machines.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';

const said = (stdout: string, exitCode = 0, stderr = '') => ({ command: 'test', exitCode, stdout, stderr });

/* What ip of iproute2 6.1 printed in a namespace with these routes. */
const ROUTES = `[{"dst":"10.77.0.0/16","gateway":"10.9.0.3","dev":"v0","table":"77","flags":[]},
{"dst":"default","gateway":"10.9.0.254","dev":"v0","flags":[]},
{"dst":"10.8.0.0/24","flags":[],"nexthops":[{"gateway":"10.9.0.5","dev":"v0","weight":1,"flags":[]},{"gateway":"10.9.0.6","dev":"v1","weight":1,"flags":[]}]},
{"dst":"10.9.0.0/24","dev":"v0","protocol":"kernel","scope":"link","prefsrc":"10.9.0.1","flags":[]},
{"type":"blackhole","dst":"10.66.0.0/16","flags":[]},
{"type":"local","dst":"10.9.0.1","dev":"v0","table":"local","protocol":"kernel","scope":"host","prefsrc":"10.9.0.1","flags":[]},
{"dst":"default","dev":"v1","metric":77,"flags":[],"pref":"medium"},
{"type":"unreachable","dst":"default","dev":"lo","metric":4294967295,"flags":[],"pref":"medium"}]`;

test('routes are read with their family, devices, gateways and table', (t) => {
  const outcome = parseFact(routes, { list: said(ROUTES) });
  if (!outcome.ok) throw new Error(outcome.failure.message);
  const [custom, v4, multipath, , blackhole, local, v6] = outcome.value;
  t.is(custom?.table, '77');
  t.like(v4, {
    family: 'inet',
    destination: 'default',
    devices: ['v0'],
    gateways: ['10.9.0.254'],
    table: 'main',
  });
  t.deepEqual(multipath?.devices, ['v0', 'v1']);
  t.deepEqual(multipath?.gateways, ['10.9.0.5', '10.9.0.6']);
  t.like(blackhole, { type: 'blackhole', devices: [] });
  t.is(local?.table, 'local');
  t.like(v6, { family: 'inet6', metric: 77 });
  t.deepEqual(defaultRoutes(outcome.value).map(describeRoute), [
    'default via 10.9.0.254 dev v0',
    'default dev v1',
  ]);
});

test("this machine's routes are read", (t) => {
  const { argv } = routes.sources.list;
  const stdout = execFileSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
  const outcome = parseFact(routes, { list: said(stdout) });
  t.true(outcome.ok && outcome.value.some(({ destination }) => destination === '127.0.0.1'));
});

test('a gateway of the other family is read', (t) => {
  const text = '[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"v0","flags":[]}]';
  const outcome = parseFact(routes, { list: said(text) });
  t.like(outcome.ok ? outcome.value[0] : {}, { family: 'inet', gateways: ['fe80::1'] });
});

test('the other ends of veth devices are read, and errors told from them', (t) => {
  const text =
    'eth0-0 found 2 4e:cc:0b:49:60:96 rep0-0\neth0-1 refused 13\nnonsense\neth0-2 found x 4e:cc:0b:49:60:96 rep0-2\n';
  const outcome = parseFact(vethPeers, { peers: said(text) });
  t.deepEqual(outcome.ok && [...outcome.value], [
    ['eth0-0', { kind: 'found', name: 'rep0-0', index: 2, mac: '4e:cc:0b:49:60:96' }],
    ['eth0-1', { kind: 'refused', errno: 13 }],
  ]);
});

test('without perl the fact says so', (t) => {
  const outcome = parseFact(vethPeers, { peers: said('', 127, 'sh: 1: perl: not found') });
  t.false(outcome.ok);
  t.like(outcome.ok ? {} : outcome.failure, {
    code: 'missing-program',
    message: 'perl is not installed on the node',
  });
});

test('on a machine without simulated VFs nothing is started', (t) => {
  const script = vethPeers.sources.peers.script.replaceAll('/sys/class/net', '/nonexistent');
  const stdout = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: '/nonexistent' } });
  t.is(stdout, '');
});

/* Hand-written after libvirt's documentation of virsh domstats --state. */
const DOMSTATS = `present
Domain: 'infra-2'
  state.state=1
  state.reason=1

Domain: 'tenant 2's clone'
  state.state=5
  state.reason=0

Domain: 'new'
  state.state=99
`;

test('states of virtual machines are read by name', (t) => {
  const outcome = parseFact(virtualMachines, { list: said(DOMSTATS) });
  if (!outcome.ok) throw new Error(outcome.failure.message);
  t.true(outcome.value.virsh);
  t.deepEqual(
    [...outcome.value.states],
    [
      ['infra-2', 'running'],
      ["tenant 2's clone", 'shut off'],
      ['new', '99'],
    ],
  );
});

test('a machine without virsh, one that was not asked and a libvirt that does not answer are told apart', (t) => {
  const absent = parseFact(virtualMachines, { list: said('absent\n') });
  t.false(absent.ok && absent.value.virsh);
  const notAsked = parseFact(virtualMachines, { list: said('') });
  t.true(notAsked.ok && notAsked.value.virsh === undefined);
  const refused = said(
    'present\n',
    1,
    "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock-ro'",
  );
  t.false(parseFact(virtualMachines, { list: refused }).ok);
});

test('copies of variables.sh are told by their SHA-256', (t) => {
  const path = '/root/dpu-software/scripts/variables.sh';
  const variables = { texts: new Map([[path, 'abc']]), unreadable: new Map() };
  const outcome = parseFact(testbedScripts, { variables });
  t.is(
    outcome.ok ? outcome.value.variables.get(path) : undefined,
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

/* Of the form of the testbed's own file, shortened; the last lines are hand-made. */
const VARIABLES = `IF1=\${IF1:-enp1s0}
# List of DPUs
INFRA_DPU_LIST=(
  "infra-2"   # the first
  'infra-3'
)
TENANT_DPU_HOST_LIST=("tenant-2" tenant-3)
# TENANT_WORKER_LIST=(old-4)
TENANT_WORKER_LIST=($(hostname) "\${PREFIX}4" tenant-4)
`;

test('the machines that variables.sh lists are known by name, and nothing of it is expanded', (t) => {
  const path = '/root/dpu-software/scripts/variables.sh';
  const variables = { texts: new Map([[path, VARIABLES]]), unreadable: new Map() };
  const outcome = parseFact(testbedScripts, { variables });
  t.deepEqual(outcome.ok && [...outcome.value.machines].map(([name, { list }]) => `${list} ${name}`), [
    'INFRA_DPU_LIST infra-2',
    'INFRA_DPU_LIST infra-3',
    'TENANT_DPU_HOST_LIST tenant-2',
    'TENANT_DPU_HOST_LIST tenant-3',
  ]);
  t.is(outcome.ok ? outcome.value.machines.get('infra-3')?.path : undefined, path);
});

test('a hostile variables.sh costs no time', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('INFRA_DPU_LIST=(', ')', '"', ' ', '\n', '#', 'x_LIST=(', 'infra-2', '\0'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (said) => {
      const variables = { texts: new Map([['/root/variables.sh', said]]), unreadable: new Map() };
      return parseFact(testbedScripts, { variables }).ok;
    }),
  );
  const long = {
    texts: new Map([['/root/variables.sh', 'A_LIST=('.repeat(100_000)]]),
    unreadable: new Map(),
  };
  const spent = cpuClock();
  t.true(parseFact(testbedScripts, { variables: long }).ok);
  t.true(spent() < 2000);
});

test('whatever a node says, the facts are values or reasons', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .array(
        fc.dictionary(
          fc.constantFrom('dst', 'dev', 'nexthops', 'via', 'table', 'type', 'pref'),
          fc.jsonValue(),
        ),
      )
      .map((value) => JSON.stringify(value)),
    fc
      .array(
        fc.constantFrom(
          'eth0-0',
          ' found ',
          ' refused ',
          '2',
          '\n',
          'present\n',
          "Domain: '",
          "'",
          'state.state=',
          '\0',
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 255 }), text, (stdout, exitCode, stderr) => {
      const answer = said(stdout, exitCode % 3, stderr);
      for (const outcome of [
        parseFact(routes, { list: answer }),
        parseFact(vethPeers, { peers: answer }),
        parseFact(virtualMachines, { list: answer }),
      ])
        t.is(typeof outcome.ok, 'boolean');
      const outcome = parseFact(routes, { list: answer });
      if (outcome.ok) defaultRoutes(outcome.value).map(describeRoute);
    }),
  );
});
