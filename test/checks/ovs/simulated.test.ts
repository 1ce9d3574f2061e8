import test from 'ava';
import type { Ovs } from '../../../facts/ovs.ts';
import {
  aBridge,
  anInterface,
  dpu,
  NO_OVS,
  NOT_INSTALLED,
  withBridge,
  withId,
} from '../../helpers/dpu-facts.ts';
import { aProcess, idsWith, judgeNode, onlyFault } from '../../helpers/node-facts.ts';

const daemons = dpu().processes.filter(({ name }) => name !== 'ovn-controller');

/** A DPU of kind before Open vSwitch and OVN-Kubernetes are deployed (seed K L231). */
const bare = () => ({ ...dpu(), ovs: NO_OVS, ovsInstallation: NOT_INSTALLED, processes: [] });

/** A DPU of the software testbed with br-ex and the br-int that its documents make by hand, without a fail mode. */
const infra = (): ReturnType<typeof dpu> & { ovs: Ovs } => ({
  ...dpu(),
  ovs: {
    ...dpu().ovs,
    openVSwitch: {
      ovsVersion: '2.17.5',
      externalIds: new Map([['system-id', '7c1b494b']]),
      otherConfig: new Map(),
    },
    bridges: [aBridge('br-ex', [anInterface('enp7s0')]), aBridge('br-int', [])],
  },
  links: dpu().links.map((link) => (link.name === 'brp0' ? { ...link, name: 'br-ex' } : link)),
  netdevs: new Map([
    ['enp7s0', { ...[...dpu().netdevs.values()][0], name: 'enp7s0', physPortName: undefined }],
  ]) as never,
  processes: daemons,
});

const wrong = ['fail', 'warn', 'error', 'blocked'] as const;

test('a simulated DPU without Open vSwitch and OVN-Kubernetes is no fault; a real one is', (t) => {
  const simulated = judgeNode(bare(), ['ovs'], { role: 'dpu', simulation: 'veth' });
  t.deepEqual(idsWith(simulated, ...wrong, 'pass'), []);
  t.regex(simulated.get('ovs/daemons')?.reason ?? '', /neither Open vSwitch nor OVN-Kubernetes is deployed/);
  onlyFault(t, judgeNode(bare(), ['ovs'], { role: 'dpu' }), 'ovs/daemons', 'NOT_INSTALLED');
});

test('once something of it is there, a missing Open vSwitch is a failure on a simulated DPU, too', (t) => {
  const withOvnkube = { ...bare(), processes: [aProcess('ovnkube')] };
  const judged = judgeNode(withOvnkube, ['ovs'], { role: 'dpu', simulation: 'veth' });
  t.deepEqual(idsWith(judged, 'fail'), ['ovs/daemons']);
  const socket = { ...NOT_INSTALLED, runtimeFiles: ['/run/openvswitch/db.sock'] };
  const stopped = judgeNode({ ...bare(), ovsInstallation: socket }, ['ovs'], {
    role: 'dpu',
    simulation: 'veth',
  });
  t.true(idsWith(stopped, 'fail').includes('ovs/daemons'));
});

test('before OVN-Kubernetes is deployed, the software testbed is judged by its own documents', (t) => {
  const results = judgeNode(infra(), ['ovs'], { role: 'dpu', simulation: 'tap' });
  t.deepEqual(idsWith(results, ...wrong), []);
  for (const id of ['daemons', 'version', 'integration-bridge', 'external-bridge', 'external-bridge-address'])
    t.is(results.get(`ovs/${id}`)?.verdict, 'pass', id);
  for (const id of ['fail-mode', 'chassis-settings', 'encap-ip', 'management-port', 'patch-ports'])
    t.regex(results.get(`ovs/${id}`)?.reason ?? '', /OVN-Kubernetes is not deployed/, id);
});

test('what OVN-Kubernetes has written stays a sign of it when it has ended', (t) => {
  const facts = infra();
  facts.ovs = withId(facts.ovs, 'ovn-remote', 'unix:/var/run/ovn/ovnsb_db.sock');
  const results = judgeNode(facts, ['ovs'], { role: 'dpu', simulation: 'tap' });
  t.is(results.get('ovs/chassis-settings')?.verdict, 'fail');
  t.is(results.get('ovs/fail-mode')?.verdict, 'fail');
});

test("the software testbed's bridge is missed by its name", (t) => {
  const facts = infra();
  facts.ovs = withBridge(facts.ovs, 'br-ex', undefined);
  const results = judgeNode(facts, ['ovs'], { role: 'dpu', simulation: 'tap' });
  const finding = onlyFault(t, results, 'ovs/external-bridge', 'MISSING');
  t.is(finding.message, 'bridge br-ex does not exist');
});

test("the software testbed's uplink is missed by its own name, and VF 0 is none", (t) => {
  for (const ports of [[], [anInterface('enp2s0f1')]]) {
    const facts = infra();
    facts.ovs = { ...facts.ovs, bridges: [aBridge('br-ex', ports), aBridge('br-int', [])] };
    const enp7s0 = facts.netdevs.get('enp7s0');
    facts.netdevs = new Map([
      ['enp7s0', enp7s0],
      ['enp2s0f1', { ...enp7s0, name: 'enp2s0f1' }],
    ]) as never;
    const results = judgeNode(facts, ['ovs'], { role: 'dpu', simulation: 'tap' });
    t.is(
      onlyFault(t, results, 'ovs/uplink-port', 'NOT_ATTACHED').message,
      'uplink enp7s0 is not a port of bridge br-ex',
    );
  }
});

test('a representor on the bridge is asked for only where ovnkube simulates the DPU', (t) => {
  const ovs = {
    ...dpu().ovs,
    bridges: [aBridge('br-int', [], { failMode: 'secure' }), aBridge('breth0', [])],
  };
  const judge = (...args: readonly string[]) => {
    const processes = [...dpu().processes, aProcess('ovnkube', { args })];
    const links = dpu().links.map((link) => (link.name === 'brp0' ? { ...link, name: 'breth0' } : link));
    const facts = { ...dpu(), links, processes, ovs: withId(ovs, 'ovn-bridge-mappings', 'physnet:breth0') };
    return judgeNode(facts, ['ovs'], { role: 'dpu', simulation: 'veth' }).get('ovs/host-representor-port');
  };
  t.is(judge('--ovnkube-node-mode=dpu')?.verdict, 'skip');
  const found = judge('--ovnkube-node-mode=dpu', '--simulate-dpu');
  t.is(found?.verdict, 'warn');
  t.is(found?.findings[0]?.message, 'simulated DPU host representor was not found for bridge "breth0"');
});
