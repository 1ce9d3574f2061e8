import { createHash } from 'node:crypto';
import test from 'ava';
import { guestNames } from '../../../checks/tap/names.ts';
import type { Link } from '../../../facts/links.ts';
import type { Process } from '../../../facts/processes.ts';
import { faults, judgePair, onlyThis, verdictOn } from '../../helpers/judge-pair.ts';
import { aLink, aProcess, idsWith, judgeNode, type NodeFacts, onlyFault } from '../../helpers/node-facts.ts';
import { aRoute } from '../../helpers/veth-pair.ts';

const VMS = ['gw-1', 'infra-1', 'infra-2', 'infra-3', 'tenant-1', 'tenant-2', 'tenant-3', 'tenant-4'];

/** The hypervisor after deployment.sh start: nodes 2 and 3 with 20 VFs each (seed S L20-24). */
function hypervisor(): { links: Link[]; virtualMachines: NonNullable<NodeFacts['virtualMachines']> } {
  const links = [aLink('lo'), aLink('virbr0', { kind: 'bridge' })];
  for (const node of [2, 3]) {
    for (let vf = 0; vf < 20; vf += 1) {
      const master = `br${node}-vf${vf}`;
      links.push(aLink(master, { kind: 'bridge' }));
      for (const side of ['i', 't']) links.push(aLink(`tap${node}-vf${vf}-${side}`, { kind: 'tun', master }));
    }
  }
  const states = new Map(VMS.map((name) => [name, 'running']));
  return { links, virtualMachines: { virsh: true, states } };
}

const SUM = createHash('sha256').update('NUM_VF=20\n').digest('hex');
const COPY = '/root/dpu-software/scripts/variables.sh';
const scripts = (sum = SUM) => ({
  variables: new Map([[COPY, sum]]),
  unreadable: new Map(),
  machines: new Map(),
});

const judge = (facts: NodeFacts, expect = {}) =>
  judgeNode({ testbedScripts: scripts(), ...facts }, ['tap'], {
    role: 'hypervisor',
    simulation: 'tap',
    expect,
  });

const change = (facts: { links: Link[] }, name: string, given: Partial<Link> | undefined): void => {
  facts.links = facts.links.flatMap((link) =>
    link.name !== name ? [link] : given === undefined ? [] : [{ ...link, ...given }],
  );
};

test('where nothing of the testbed is there, that is one failure', (t) => {
  const results = judge({ ...hypervisor(), links: [] });
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error'), ['tap/taps']);
});

test('a healthy hypervisor passes', (t) => {
  const results = judge(hypervisor(), { 'testbed-variables-sha256': SUM });
  t.deepEqual(idsWith(results, 'pass'), [
    'tap/taps',
    'tap/bridges',
    'tap/vms',
    'tap/links-up',
    'tap/variables-file',
  ]);
  t.is(results.size, 5);
});

test('a TAP interface or a bridge that is down is named', (t) => {
  for (const name of ['tap2-vf4-t', 'br2-vf4']) {
    const facts = hypervisor();
    change(facts, name, { flags: ['BROADCAST', 'MULTICAST'] });
    t.is(onlyFault(t, judge(facts), 'tap/links-up', 'DOWN').message, `${name} is down`);
  }
});

test('a TAP interface that its bridge does not join to the other one is named', (t) => {
  const port = (state: string, isolated = false) => ({ bridgePort: { state, isolated } });
  for (const [given, code] of [
    [port('disabled'), 'NOT_FORWARDING'],
    [port('blocking'), 'NOT_FORWARDING'],
    [port('forwarding', true), undefined],
    [port('learning'), undefined],
    [{ mtu: 1280 }, 'MTU_DIFFERS'],
  ] as const) {
    const facts = hypervisor();
    change(facts, 'tap2-vf4-i', given);
    if (code === undefined) t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error'), []);
    else t.is(onlyFault(t, judge(facts), 'tap/links-up', code).subject, 'tap2-vf4-i');
  }
  const facts = hypervisor();
  for (const side of ['i', 't']) change(facts, `tap2-vf4-${side}`, port('forwarding', true));
  t.is(
    onlyFault(t, judge(facts), 'tap/links-up', 'ISOLATED').message,
    'tap2-vf4-i and tap2-vf4-t are isolated ports of br2-vf4, which forwards nothing between them',
  );
});

const NO_CARRIER = { flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'] };

test('a TAP interface that no virtual machine holds is named with its machine', (t) => {
  const facts = hypervisor();
  change(facts, 'tap3-vf4-t', NO_CARRIER);
  const finding = onlyFault(t, judge(facts), 'tap/links-up', 'NOT_HELD');
  t.is(finding.message, 'no virtual machine holds tap3-vf4-t: it has no carrier');
  t.regex(finding.remedy, /virsh domiflist tenant-3/);
});

test('a virtual machine that does not run is one finding, without virsh and with it', (t) => {
  const facts = hypervisor();
  for (let vf = 0; vf < 20; vf += 1) change(facts, `tap2-vf${vf}-i`, NO_CARRIER);
  const without = { ...facts, virtualMachines: { virsh: false, states: new Map() } };
  const results = judge(without);
  t.is(onlyFault(t, results, 'tap/links-up', 'NONE_HELD').subject, 'infra-2');
  t.is(results.get('tap/links-up')?.findings.length, 1);
  facts.virtualMachines = {
    virsh: true,
    states: new Map([...facts.virtualMachines.states, ['infra-2', 'shut off']]),
  };
  onlyFault(t, judge(facts), 'tap/vms', 'NOT_RUNNING');
});

test('a missing TAP interface is named once', (t) => {
  const facts = hypervisor();
  change(facts, 'tap3-vf7-i', undefined);
  const finding = onlyFault(t, judge(facts), 'tap/taps', 'MISSING');
  t.is(finding.message, 'the TAP interface tap3-vf7-i is missing');
});

test('a device that is no TAP interface is named', (t) => {
  const facts = hypervisor();
  change(facts, 'tap3-vf7-i', { kind: 'dummy' });
  t.is(onlyFault(t, judge(facts), 'tap/taps', 'NO_TAP').subject, 'tap3-vf7-i');
});

test('a TAP interface beyond the count is a warning', (t) => {
  const facts = hypervisor();
  facts.links.push(aLink('tap2-vf20-i', { kind: 'tun' }));
  onlyFault(t, judge(facts), 'tap/taps', 'EXTRA', 'warn');
});

test('a bridge that is missing is one failure, not one for each TAP interface', (t) => {
  const facts = hypervisor();
  change(facts, 'br2-vf3', undefined);
  for (const side of ['i', 't']) change(facts, `tap2-vf3-${side}`, { master: undefined });
  const results = judge(facts);
  t.is(onlyFault(t, results, 'tap/bridges', 'MISSING').subject, 'br2-vf3');
  t.is(results.get('tap/bridges')?.findings.length, 1);
});

test('a TAP interface outside of its bridge, and one in the bridge of another, are named', (t) => {
  const outside = hypervisor();
  change(outside, 'tap2-vf3-t', { master: undefined });
  t.is(
    onlyFault(t, judge(outside), 'tap/bridges', 'NOT_MEMBER').message,
    'tap2-vf3-t is not a member of br2-vf3',
  );
  const astray = hypervisor();
  change(astray, 'tap2-vf3-t', { master: 'br2-vf4' });
  const results = judge(astray);
  t.deepEqual(idsWith(results, 'fail'), ['tap/bridges']);
  t.deepEqual(
    results.get('tap/bridges')?.findings.map(({ code, subject }) => `${code} ${subject}`),
    ['NOT_MEMBER br2-vf3', 'STRANGER br2-vf4'],
  );
});

test('a third member is named', (t) => {
  const facts = hypervisor();
  facts.links.push(aLink('eno1', { master: 'br2-vf3' }));
  t.is(onlyFault(t, judge(facts), 'tap/bridges', 'STRANGER').message, 'br2-vf3 has a further member, eno1');
});

test('a virtual machine that does not run, and one that libvirt does not know, are told apart', (t) => {
  const stopped = hypervisor();
  const states = new Map([...stopped.virtualMachines.states, ['infra-2', 'shut off']]);
  const finding = onlyFault(
    t,
    judge({ ...stopped, virtualMachines: { virsh: true, states } }),
    'tap/vms',
    'NOT_RUNNING',
  );
  t.regex(finding.message, /infra-2 does not run: it is shut off/);
  states.delete('infra-2');
  onlyFault(t, judge({ ...stopped, virtualMachines: { virsh: true, states } }), 'tap/vms', 'UNKNOWN');
});

test('without virsh nothing is said of the virtual machines', (t) => {
  const virtualMachines = { virsh: false, states: new Map() };
  const results = judge({ ...hypervisor(), virtualMachines });
  t.is(results.get('tap/vms')?.verdict, 'skip');
  t.deepEqual(idsWith(results, 'fail', 'error'), []);
});

test('counts and node numbers are taken from what is expected', (t) => {
  const expect = { 'testbed-vfs': 2, 'testbed-node-numbers': ['3'] };
  const links = hypervisor().links.filter(({ name }) => /^(tap|br)3-vf[01]\b/.test(name));
  t.deepEqual(idsWith(judge({ ...hypervisor(), links }, expect), 'fail', 'warn', 'error'), []);
  t.is(judge({ links: [] }, { 'testbed-vfs': 0 }).get('tap/taps')?.verdict, 'skip');
});

test('a variables.sh that is not the expected one is a failure', (t) => {
  const facts = { ...hypervisor(), testbedScripts: scripts('0'.repeat(64)) };
  onlyFault(t, judge(facts, { 'testbed-variables-sha256': SUM }), 'tap/variables-file', 'DIFFERS');
  t.is(judge(facts).get('tap/variables-file')?.verdict, 'skip', 'nobody said which is right');
});

interface Guest {
  links: Link[];
  routes: NonNullable<NodeFacts['routes']>;
  testbedScripts: NonNullable<NodeFacts['testbedScripts']>;
  ovs?: NonNullable<NodeFacts['ovs']>;
}

const NO_OVS = {
  present: true,
  openVSwitch: { ovsVersion: '2.17.5', externalIds: new Map(), otherConfig: new Map() },
} as const;

/** Ports by name, as far as the check looks. */
const bridge = (name: string, ports: readonly string[]) => ({
  name,
  failMode: undefined,
  datapathType: 'system',
  externalIds: new Map(),
  ports: ports.map((port) => ({
    name: port,
    tag: undefined,
    externalIds: new Map(),
    interfaces: [
      {
        name: port,
        type: '',
        options: new Map(),
        error: undefined,
        externalIds: new Map(),
        ofport: 1,
        adminState: 'up',
        linkState: 'up',
      },
    ],
  })),
});

const tenant = (): Guest => ({
  links: [aLink('lo'), aLink('enp1s0'), aLink('enp2s0f1')],
  routes: [aRoute('default', { devices: ['enp2s0f1'], gateways: ['192.168.100.254'] })],
  testbedScripts: scripts(),
});

const infra = (ports: readonly string[] = ['br-ex', 'enp7s0']): Guest => ({
  links: [aLink('lo'), aLink('enp1s0'), aLink('enp7s0'), aLink('enp2s0f1')],
  routes: [aRoute('default', { devices: ['br-ex'], gateways: ['192.168.200.254'] })],
  testbedScripts: scripts(),
  ovs: { ...NO_OVS, bridges: [bridge('br-ex', ports)] },
});

const judgeGuests = (host: Guest, dpu: Guest, processes: readonly Process[] = []) =>
  judgePair('tap', { processes, ...host }, { processes, ...dpu });

test('a healthy pair of guests passes, and VF 0 outside of OVS is an expected gap', (t) => {
  const results = judgeGuests(tenant(), infra());
  t.deepEqual(faults(results), []);
  for (const [id, target] of [
    ['tap/guest-interfaces', 'host1'],
    ['tap/guest-interfaces', 'dpu1'],
    ['tap/host-route', 'host1'],
    ['tap/variables-pair', 'host1'],
  ] as const)
    t.is(verdictOn(results, id, target), 'pass', id);
  t.is(verdictOn(results, 'tap/vf0-in-ovs', 'dpu1'), 'skip');
  t.true(results.find(({ checkId }) => checkId === 'tap/vf0-in-ovs')?.expectedGap);
});

test('VF 0 in OVS passes', (t) => {
  const results = judgeGuests(tenant(), infra(['br-ex', 'enp7s0', 'enp2s0f1']));
  t.is(verdictOn(results, 'tap/vf0-in-ovs', 'dpu1'), 'pass');
});

test('a data port on a DPU host is a failure, on another machine its absence is', (t) => {
  const host = tenant();
  host.links.push(aLink('enp7s0'));
  onlyThis(t, judgeGuests(host, infra()), 'tap/guest-interfaces fail on host1', 'DATA_ON_HOST', ['enp7s0']);
  const dpu = infra();
  change(dpu, 'enp7s0', undefined);
  onlyThis(t, judgeGuests(tenant(), dpu), 'tap/guest-interfaces fail on dpu1', 'NO_DATA', ['enp7s0']);
  const worker = judgeNode({ processes: [], ...tenant() }, ['tap'], { role: 'worker', simulation: 'tap' });
  onlyFault(t, worker, 'tap/guest-interfaces', 'NO_DATA');
});

test('a missing management port is a failure', (t) => {
  const dpu = infra();
  change(dpu, 'enp1s0', undefined);
  onlyThis(t, judgeGuests(tenant(), dpu), 'tap/guest-interfaces fail on dpu1', 'NO_MANAGEMENT', ['enp1s0']);
});

test('a DPU that has lost VF 0 is told so, and where it is a port of OVS, by that', (t) => {
  const dpu = infra();
  change(dpu, 'enp2s0f1', undefined);
  onlyThis(t, judgeGuests(tenant(), dpu), 'tap/vf0-in-ovs fail on dpu1', 'MISSING', ['enp2s0f1']);
  const port = infra(['br-ex', 'enp7s0', 'enp2s0f1']);
  change(port, 'enp2s0f1', undefined);
  t.deepEqual(faults(judgeGuests(tenant(), port)), []);
});

test('the interface of a VF that a guest lacks is named by the number of the VF', (t) => {
  const withVfs = (guest: Guest, lost?: string): Guest => {
    const names = guestNames('enp2s0f1', 20).filter((name) => name !== 'enp2s0f1' && name !== lost);
    return { ...guest, links: [...guest.links, ...names.map((name) => aLink(name))] };
  };
  t.deepEqual(faults(judgeGuests(withVfs(tenant()), withVfs(infra()))), []);
  const dpu = judgeGuests(withVfs(tenant()), withVfs(infra(), 'enp4s0f6'));
  onlyThis(t, dpu, 'tap/guest-interfaces fail on dpu1', 'NO_VF', ['enp4s0f6']);
  t.is(
    dpu.flatMap(({ findings }) => findings)[0]?.message,
    'enp4s0f6 is missing, which VF 19 is inside of the virtual machine',
  );
  const [lacking, whole] = [withVfs(tenant(), 'enp3s0f1'), withVfs(infra())];
  onlyThis(t, judgeGuests(lacking, whole), 'tap/guest-interfaces fail on host1', 'NO_VF', ['enp3s0f1']);
  t.deepEqual(faults(judgeGuests(lacking, whole, [aProcess('ovnkube')])), [], 'a pod may have taken it');
});

test('a virtual machine of another testbed has nothing to judge', (t) => {
  const facts = { links: [aLink('lo'), aLink('ens3')], routes: [] };
  const results = judgeNode({ processes: [], ...tenant(), ...facts }, ['tap'], {
    role: 'dpu-host',
    simulation: 'tap',
  });
  t.is(results.get('tap/guest-interfaces')?.verdict, 'skip');
  t.is(results.get('tap/host-route')?.verdict, 'skip');
});

test('a default route by the management port, even beside the right one, is a failure', (t) => {
  const host = tenant();
  host.routes = [
    aRoute('default', { devices: ['enp2s0f1'], metric: 200 }),
    aRoute('default', { devices: ['enp1s0'], gateways: ['192.168.122.1'], metric: 100 }),
  ];
  onlyThis(t, judgeGuests(host, infra()), 'tap/host-route fail on host1', 'OTHER_DEVICE', ['enp2s0f1']);
  const none = { ...tenant(), routes: [] };
  onlyThis(t, judgeGuests(none, infra()), 'tap/host-route fail on host1', 'OTHER_DEVICE', ['enp2s0f1']);
});

test('VF 0 that is down or missing on the DPU host is told as that', (t) => {
  const down = { ...tenant(), routes: [] };
  change(down, 'enp2s0f1', { flags: ['BROADCAST', 'MULTICAST'] });
  onlyThis(t, judgeGuests(down, infra()), 'tap/host-route fail on host1', 'DOWN', ['enp2s0f1']);
  const byManagement = [aRoute('default', { devices: ['enp1s0'] })];
  for (const routes of [[], byManagement]) {
    const missing = { ...tenant(), routes };
    change(missing, 'enp2s0f1', undefined);
    onlyThis(t, judgeGuests(missing, infra()), 'tap/host-route fail on host1', 'MISSING', ['enp2s0f1']);
  }
  const renamed = { ...tenant(), routes: [aRoute('default', { devices: ['vf0'] })] };
  change(renamed, 'enp2s0f1', { name: 'vf0' });
  t.is(verdictOn(judgeGuests(renamed, infra()), 'tap/host-route'), 'skip');
});

test('TAP interfaces that changed places are each sent back to their own bridge', (t) => {
  const facts = hypervisor();
  change(facts, 'tap2-vf4-t', { master: 'br3-vf4' });
  change(facts, 'tap3-vf4-t', { master: 'br2-vf4' });
  const remedies = judge(facts)
    .get('tap/bridges')
    ?.findings.map(({ remedy }) => remedy);
  t.deepEqual([...new Set(remedies)].sort(), [
    'ip link set tap2-vf4-t master br2-vf4',
    'ip link set tap3-vf4-t master br3-vf4',
  ]);
});

test('variables.sh that differ on the two sides are a failure; missing on one, nothing is said', (t) => {
  const host = { ...tenant(), testbedScripts: scripts('0'.repeat(64)) };
  onlyThis(t, judgeGuests(host, infra()), 'tap/variables-pair fail on host1', 'DIFFER', [
    'scripts/variables.sh',
  ]);
  const without = {
    ...tenant(),
    testbedScripts: { variables: new Map(), unreadable: new Map(), machines: new Map() },
  };
  t.is(verdictOn(judgeGuests(without, infra()), 'tap/variables-pair'), 'skip');
});
