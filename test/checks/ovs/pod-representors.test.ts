import test from 'ava';
import { CHECKS } from '../../../checks/index.ts';
import type { FactName } from '../../../facts/index.ts';
import type { GatheredNode } from '../../../runner/gather.ts';
import { judgePlanned } from '../../../runner/judge.ts';
import type { Result } from '../../../runner/report.ts';
import { aBridge, anInterface, dpu, withInterface, withPort } from '../../helpers/dpu-facts.ts';
import {
  dpuHost,
  type NodeFacts,
  VFS,
  withFunction,
  withLink,
  withNetdev,
} from '../../helpers/node-facts.ts';

/** The third VF of {@link dpuHost} is in a pod; on {@link dpu} its representor pf0vf2 is a port of br-int. */
function judge(host: NodeFacts = dpuHost(), other: NodeFacts = dpu()): Result {
  const check = CHECKS.find(({ id }) => id === 'ovs/pod-representors');
  if (check?.scope !== 'pair') throw new Error('ovs/pod-representors is not in the catalogue');
  const nothing = { from: 'test', values: {} };
  return judgePlanned(
    { check, node: node('host1', 'dpu-host', host), dpu: node('dpu1', 'dpu', other) },
    new Map(),
    { set: nothing, suite: nothing },
  );
}

const node = (name: string, role: 'dpu' | 'dpu-host', facts: NodeFacts): GatheredNode => ({
  node: { name, access: { kind: 'local' } },
  uri: 'local:',
  role,
  simulation: undefined,
  roleGround: 'test',
  facts: new Map(Object.entries(facts).map(([fact, value]) => [fact as FactName, { ok: true, value }])),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

const found = ({ verdict, findings }: Result): string =>
  [verdict, ...findings.map(({ code, message }) => `${code}: ${message}`)].join(' ');

test('a VF in a pod whose representor is a port of the integration bridge passes', (t) => {
  const result = judge();
  t.is(result.verdict, 'pass', found(result));
  t.is(result.evidence[0]?.source, `/sys/bus/pci/devices/${VFS[2]}`);
});

test('a representor in no bridge cuts its pod off', (t) => {
  const facts = dpu();
  const result = judge(dpuHost(), { ...facts, ovs: withInterface(facts.ovs, 'pf0vf2', undefined) });
  t.is(
    found(result),
    'fail NOT_PLUMBED: the representor pf0vf2 of VF 2, which a pod holds, is in no bridge of the DPU',
  );
  t.true((result.findings[0]?.evidence.length ?? 0) > 1);
});

/** The DPU with the port of the third VF's representor on another bridge, and with these external_ids. */
function onBridge(name: string, externalIds = new Map<string, string>()): NodeFacts {
  const facts = dpu();
  const moved = withInterface(facts.ovs, 'pf0vf2', undefined);
  const port = anInterface('pf0vf2', { externalIds });
  const bridges = moved.bridges.some((bridge) => bridge.name === name)
    ? moved.bridges
    : [...moved.bridges, aBridge(name, [])];
  return { ...facts, ovs: withPort({ ...moved, bridges }, name, port) };
}

test('another bridge may have it, of Open vSwitch or of Linux, but not the one to the outside', (t) => {
  t.is(judge(dpuHost(), onBridge('br-sfc')).verdict, 'pass');
  t.is(
    found(judge(dpuHost(), onBridge('brp0'))),
    'fail OUTSIDE: the representor pf0vf2 of VF 2, which a pod holds, is on brp0 and not on br-int',
  );
  t.is(judge(dpuHost(), onBridge('br-sfc', new Map([['iface-id', 'ns_pod']]))).verdict, 'fail');
  const facts = dpu();
  const moved = withInterface(facts.ovs, 'pf0vf2', undefined);
  const [first] = facts.links;
  if (first === undefined) throw new Error('the facts have no links');
  const links = [...facts.links, { ...first, name: 'pf0vf2', master: 'br0' }];
  t.is(judge(dpuHost(), { ...facts, ovs: moved, links }).verdict, 'pass');
  t.is(
    judge(dpuHost(), { ...facts, ovs: moved, links: withLink(links, 'pf0vf2', { master: undefined }) })
      .verdict,
    'fail',
  );
});

test('a port that ovn-controller has not bound cuts its pod off', (t) => {
  const without = judge(dpuHost(), onBridge('br-int'));
  t.regex(
    found(without),
    /^fail NOT_BOUND: .* port of br-int and bound to no logical port: it has no iface-id$/,
  );
  const wrong = judge(dpuHost(), onBridge('br-int', new Map([['iface-id', 'ns_gone']])));
  t.regex(found(wrong), /its iface-id is ns_gone, and ovn-controller has not set ovn-installed$/);
});

test('where no port is marked as bound, as by an old OVN, nothing is told by that', (t) => {
  const facts = onBridge('br-int', new Map([['iface-id', 'ns_pod']]));
  const ovs = ['pf0vf1', 'ovn-k8s-mp0'].reduce(
    (changed, name) => withInterface(changed, name, { externalIds: new Map() }),
    facts.ovs as ReturnType<typeof dpu>['ovs'],
  );
  t.is(judge(dpuHost(), { ...facts, ovs }).verdict, 'pass');
});

test('a VF in a pod without any representor is told in the words of sriovnet', (t) => {
  const facts = dpu();
  const result = judge(dpuHost(), {
    ...facts,
    ovs: withInterface(facts.ovs, 'pf0vf2', undefined),
    netdevs: withNetdev(facts.netdevs, 'pf0vf2', undefined),
  });
  t.is(found(result), 'fail NO_REPRESENTOR: vf representor for pfID: 0, vfIndex: 2 not found');
});

test('a representor is known by its phys_port_name, whatever its name and its controller', (t) => {
  const facts = dpu();
  const named = withNetdev(withNetdev(facts.netdevs, 'pf0vf2', undefined), 'eth3', {
    physPortName: 'c2pf0vf2',
  });
  const renamed = withInterface(facts.ovs, 'pf0vf2', { name: 'eth3' });
  t.is(judge(dpuHost(), { ...facts, ovs: renamed, netdevs: named }).verdict, 'pass');
  const other = withNetdev(named, 'eth3', { physPortName: 'c2pf1vf2' });
  t.is(
    judge(dpuHost(), { ...facts, ovs: withInterface(facts.ovs, 'pf0vf2', undefined), netdevs: other })
      .findings[0]?.code,
    'NO_REPRESENTOR',
  );
});

test('it says nothing where no VF has left the host, nor about VFs that virtual machines have', (t) => {
  const facts = dpuHost();
  const back = withFunction(facts.pci, VFS[2], { netdevs: ['eth0v2'] });
  t.is(judge({ ...facts, pci: back }).verdict, 'skip');
  const passed = withFunction(facts.pci, VFS[2], { driver: 'vfio-pci', hasNetDirectory: false });
  t.is(judge({ ...facts, pci: passed }).verdict, 'skip');
});
