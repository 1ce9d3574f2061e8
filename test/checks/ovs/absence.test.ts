import test from 'ava';
import type { AnyPairCheck, PairInput } from '../../../checks/define.ts';
import { CHECKS } from '../../../checks/index.ts';
import { aBridge, anInterface, dpu, NO_OVS, NOT_INSTALLED, withId } from '../../helpers/dpu-facts.ts';
import { aLink, aProcess, dpuHost, idsWith, judgeNode, onlyFault } from '../../helpers/node-facts.ts';

const host = () => ({ ...dpuHost(), ovsInstallation: NOT_INSTALLED });

test('a DPU host without Open vSwitch passes', (t) => {
  t.is(judgeNode(host(), ['ovs']).get('ovs/absent')?.verdict, 'pass');
});

test('a package, a program or a process of Open vSwitch on the host is a failure', (t) => {
  const packages = ['/usr/share/doc/openvswitch-switch'];
  const programs = ['/usr/sbin/ovs-vswitchd'];
  for (const found of [{ packages }, { programs }]) {
    const results = judgeNode({ ...host(), ovsInstallation: { ...NOT_INSTALLED, ...found } }, ['ovs']);
    onlyFault(t, results, 'ovs/absent', 'INSTALLED');
  }
  const facts = { ...host(), processes: [...host().processes, aProcess('ovs-vswitchd')] };
  onlyFault(t, judgeNode(facts, ['ovs']), 'ovs/absent', 'RUNNING');
});

test("servers of OVN's databases on the host are not Open vSwitch", (t) => {
  const nb = aProcess('ovsdb-server', {
    args: ['ovsdb-server', '--remote=punix:/var/run/ovn/ovnnb_db.sock'],
  });
  const results = judgeNode({ ...host(), processes: [...host().processes, nb] }, ['ovs']);
  t.is(results.get('ovs/absent')?.verdict, 'pass');
});

const controlPlane = () => ({
  ...dpu(),
  dpf: ['/var/log/pods/dpf-operator-system_dpf-operator-controller-manager-1_2'],
  links: [...dpu().links, aLink('br0')],
  ovs: {
    ...dpu().ovs,
    openVSwitch: { ovsVersion: '3.3.0', externalIds: new Map(), otherConfig: new Map() },
    bridges: [aBridge('br0', [anInterface('eno1')], { externalIds: new Map([['bridge-uplink', 'eno1']]) })],
  },
});

const judgeControlPlane = (facts: ReturnType<typeof controlPlane>) =>
  judgeNode(facts, ['ovs'], { role: 'control-plane' });

test('a control plane of DPF has Open vSwitch and a bridge with its uplink', (t) => {
  const results = judgeControlPlane(controlPlane());
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked'), []);
  t.is(results.get('ovs/installed')?.verdict, 'pass');
  t.is(results.get('ovs/bridge-uplink')?.verdict, 'pass');
});

test('a control plane of DPF without them', (t) => {
  const facts = controlPlane();
  const bare = {
    ...facts,
    ovs: NO_OVS,
    ovsInstallation: NOT_INSTALLED,
    processes: [],
  } as unknown as typeof facts;
  onlyFault(t, judgeControlPlane(bare), 'ovs/installed', 'NOT_INSTALLED');
  facts.ovs.bridges = [aBridge('br0', [anInterface('eno1')])];
  onlyFault(t, judgeControlPlane(facts), 'ovs/bridge-uplink', 'NO_UPLINK');
  facts.ovs.bridges = [aBridge('br0', [], { externalIds: new Map([['bridge-uplink', 'eno1']]) })];
  onlyFault(t, judgeControlPlane(facts), 'ovs/bridge-uplink', 'NOT_ATTACHED');
});

test('a control plane without DPF need not have them', (t) => {
  const results = judgeControlPlane({ ...controlPlane(), dpf: [] });
  t.is(results.get('ovs/installed')?.verdict, 'skip');
  t.is(results.get('ovs/bridge-uplink')?.verdict, 'skip');
});

const pairCheck = CHECKS.find(({ id }) => id === 'ovs/host-node-name-matches') as AnyPairCheck;

function judgePair(name: string | undefined, processes = [aProcess('kubelet')], expected = {}) {
  const subject = { name: 'node-1', role: 'dpu-host', simulation: undefined } as const;
  const identity = { ...dpu().identity, hostname: 'dpu-host.example.org' };
  const input: PairInput = {
    host: { identity, processes },
    dpu: { ovs: withId(dpu().ovs, 'host-k8s-nodename', name) },
    expected,
    subject: { host: subject, dpu: { ...subject, name: 'dpu', role: 'dpu' } },
  };
  const judgement = pairCheck.judge(input);
  return judgement.kind === 'findings' ? judgement.findings.map(({ code }) => code) : judgement.kind;
}

test('the DPU names its host by host name, full or short, or as the inventory has it', (t) => {
  for (const name of ['dpu-host', 'dpu-host.example.org', 'node-1']) t.is(judgePair(name), 'pass', name);
  t.deepEqual(judgePair('host-dpu'), ['OTHER_NODE']);
  t.deepEqual(judgePair('host-dpu', []), ['PERHAPS_OTHER_NODE']);
  t.is(judgePair(undefined), 'not-applicable');
});

test('a name that kubelet or the user gives is the only one that counts', (t) => {
  const kubelet = aProcess('kubelet', { args: ['kubelet', '--hostname-override=worker-7'] });
  t.is(judgePair('worker-7', [kubelet]), 'pass');
  t.deepEqual(judgePair('dpu-host', [kubelet]), ['OTHER_NODE']);
  const expected = { 'host-node-name': { value: 'worker-8', from: '--set' } };
  t.is(judgePair('worker-8', [kubelet], expected), 'pass');
  t.deepEqual(judgePair('worker-7', [kubelet], expected), ['OTHER_NODE']);
});

test('without kubelet, ovnkube tells the name of its node', (t) => {
  for (const args of [['--init-node=worker-7'], ['--nodeport', '--init-node', 'worker-7']]) {
    const ovnkube = aProcess('ovnkube', { args: ['ovnkube', ...args] });
    t.is(judgePair('worker-7', [ovnkube]), 'pass');
    t.deepEqual(judgePair('dpu-host', [ovnkube]), ['OTHER_NODE']);
  }
  t.deepEqual(judgePair('worker-7', [aProcess('ovnkube', { args: ['ovnkube', '--init-node='] })]), [
    'PERHAPS_OTHER_NODE',
  ]);
});
