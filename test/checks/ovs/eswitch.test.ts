import test from 'ava';
import type { Link } from '../../../facts/links.ts';
import type { Interface, Ovs } from '../../../facts/ovs.ts';
import { dpu, ingressOf, withBridge, withInterface } from '../../helpers/dpu-facts.ts';
import {
  aLink,
  anOvnkube,
  aSetting,
  judgeNode,
  type NodeFacts,
  onlyFault,
  withLink,
  withNetdev,
} from '../../helpers/node-facts.ts';

const PORTS = ['p0', 'pf0hpf', 'pf0vf1', 'pf0vf2'];

/** A DPU whose ports are hardware's, in the datapath of the kernel. */
function hardware() {
  const facts = dpu();
  const netdevs = new Map(
    [...facts.netdevs].map(([name, one]) => [name, { ...one, physSwitchId: 'c2cfc60003a1420c' }]),
  );
  const ports = PORTS.map((name) => aLink(name, { master: 'ovs-system' }));
  const links: readonly Link[] = [...facts.links.filter(({ name }) => !PORTS.includes(name)), ...ports];
  return { ...facts, netdevs, links };
}

const judge = (facts: NodeFacts) => judgeNode(facts, ['ovs'], { role: 'dpu' });
const verdictOf = (facts: NodeFacts, id: string) => judge(facts).get(`ovs/${id}`)?.verdict;

test('a DPU whose ports are hardware passes', (t) => {
  for (const id of ['hw-offload', 'ingress-qdiscs', 'representor-names', 'encap-mtu'])
    t.is(verdictOf(hardware(), id), 'pass', id);
});

test('a port that has lost its ingress qdisc is the one failure; without tc nothing is said', (t) => {
  const facts = hardware();
  const lost = { ...facts, qdiscs: ingressOf('p0', 'pf0hpf', 'pf0vf2') };
  const finding = onlyFault(t, judge(lost), 'ovs/ingress-qdiscs', 'MISSING');
  t.is(finding.message, 'pf0vf1 has no ingress qdisc: flows from it stay in software');
  const unavailable = { code: 'missing-program', message: 'tc is not installed on the node' } as const;
  t.is(verdictOf({ ...facts, qdiscs: { unavailable, ingress: new Map() } }, 'ingress-qdiscs'), 'skip');
  const veths = facts.links.map((link) => ({ ...link, kind: 'veth' }));
  t.is(verdictOf({ ...lost, links: veths }, 'ingress-qdiscs'), 'skip');
});

test("two representors that have each other's names are one failure", (t) => {
  const facts = hardware();
  const swapped = withNetdev(withNetdev(facts.netdevs, 'pf0vf1', { physPortName: 'c1pf0vf2' }), 'pf0vf2', {
    physPortName: 'pf0vf1',
  });
  const finding = onlyFault(
    t,
    judge({ ...facts, netdevs: swapped }),
    'ovs/representor-names',
    'OTHER_FUNCTION',
  );
  t.is(finding.message, 'port pf0vf1 of br-int has the name of VF 1 and is the representor of VF 2');
  const otherHost = withNetdev(facts.netdevs, 'pf0vf1', { physPortName: 'c2pf4vf7' });
  t.is(verdictOf({ ...facts, netdevs: otherHost }, 'representor-names'), 'pass');
});

test('flows that Open vSwitch may not keep, and bridges in user space, are in no hardware', (t) => {
  const facts = hardware();
  const limited = (limit: string): Ovs => {
    const otherConfig = new Map([...facts.ovs.openVSwitch.otherConfig, ['flow-limit', limit]]);
    return { ...facts.ovs, openVSwitch: { ...facts.ovs.openVSwitch, otherConfig } };
  };
  onlyFault(t, judge({ ...facts, ovs: limited('0') }), 'ovs/hw-offload', 'NO_FLOWS');
  onlyFault(t, judge({ ...facts, ovs: limited('200') }), 'ovs/hw-offload', 'FEW_FLOWS', 'warn');
  t.is(verdictOf({ ...facts, ovs: limited('200000') }, 'hw-offload'), 'pass');
  const netdev = ['br-int', 'brp0'].reduce(
    (ovs, name) => withBridge(ovs, name, { datapathType: 'netdev' }),
    facts.ovs,
  );
  const finding = onlyFault(t, judge({ ...facts, ovs: netdev }), 'ovs/hw-offload', 'USER_SPACE');
  t.is(finding.message, 'bridge br-int works in user space, and its port pf0vf1 is no port of DPDK');
  const dpdk: Partial<Interface> = { type: 'dpdk' };
  const doca = PORTS.reduce((ovs, name) => withInterface(ovs, name, dpdk), netdev);
  t.is(verdictOf({ ...facts, ovs: doca }, 'hw-offload'), 'pass');
});

test('an MTU without room for the headers of the tunnel is in the words that OVN-Kubernetes ends with', (t) => {
  const facts = hardware();
  const links = withLink(facts.links, 'brp0', { mtu: 1450 });
  const finding = onlyFault(t, judge({ ...facts, links }), 'ovs/encap-mtu', 'TOO_SMALL');
  t.is(finding.message, 'MTU (1450) of network interface brp0 is too small for specified overlay MTU (1458)');
  const given = (mtu: string, more = {}) =>
    verdictOf(
      { ...facts, ovnkube: { ...anOvnkube(), ...facts.ovnkube, mtu: aSetting('mtu', mtu), ...more } },
      'encap-mtu',
    );
  t.is(given('1442'), 'pass');
  t.is(given('1443'), 'fail');
  t.is(given('1500', { tunnelled: false }), 'skip');
  t.is(verdictOf({ ...facts, links, ovnkube: { ...facts.ovnkube, pid: undefined } }, 'encap-mtu'), 'skip');
});
