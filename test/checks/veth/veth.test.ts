import test from 'ava';
import type { Link } from '../../../facts/links.ts';
import type { Process } from '../../../facts/processes.ts';
import type { VethPeer } from '../../../facts/veth-peers.ts';
import { faults, judgePair, onlyThis, verdictOn } from '../../helpers/judge-pair.ts';
import { aLink, aProcess, idsWith, judgeNode, onlyFault } from '../../helpers/node-facts.ts';
import { aRoute, change, type VethPairFacts, vethPair } from '../../helpers/veth-pair.ts';

/** A DPU with rep1-N is that of the second pair, whose host is kind's third worker. */
const judge = ({ host, dpu }: VethPairFacts, expect = {}) =>
  judgePair(
    'veth',
    { processes: [], ...host },
    { processes: [], ...dpu },
    expect,
    dpu.links.some(({ name }) => name.startsWith('rep1-')) ? 'dpu-worker3' : 'dpu-worker',
  );

const find = (links: readonly Link[], name: string): Link => {
  const link = links.find((candidate) => candidate.name === name);
  if (link === undefined) throw new Error(`${name} is not there`);
  return link;
};

const endOf = (links: readonly Link[], name: string): VethPeer => {
  const { index, mac } = find(links, name);
  return { kind: 'found', name, index, mac };
};

/** A veth pair between the two nodes by these names. */
function addEnds({ host, dpu }: VethPairFacts, vf: string, representor: string): void {
  host.links.push(aLink(vf, { index: 70, kind: 'veth', linkIndex: 71, linkNetnsid: 0 }));
  dpu.links.push(aLink(representor, { index: 71, kind: 'veth', linkIndex: 70, linkNetnsid: 0 }));
}

for (const [what, options] of [
  ['the first pair', {}],
  ['the second pair, whose representors are rep1-N', { pair: 1 }],
  ['the second pair with dpu-simulator, whose representors are rep0-N', { pair: 1, representorPf: 0 }],
] as const) {
  test(`a healthy testbed passes every check: ${what}`, (t) => {
    const results = judge(vethPair(options));
    t.deepEqual(faults(results), []);
    t.is(verdictOn(results, 'veth/host-alone'), 'skip');
    t.deepEqual(
      results
        .filter(({ verdict, checkId }) => verdict !== 'pass' && checkId !== 'veth/host-alone')
        .map(({ checkId, verdict, expectedGap }) => `${checkId} ${verdict}${expectedGap ? ' expected' : ''}`),
      what.includes('rep1-N') ? ['veth/representor-pf skip expected'] : [],
    );
    t.is(results.length, 17);
  });
}

test('representors that bear the number of neither their pair nor of the host are named', (t) => {
  const pair = vethPair({ pair: 1, representorPf: 3 });
  onlyThis(t, judge(pair), 'veth/representor-pf fail on host1', 'OTHER_PF', ['rep3-0']);
  const [finding] = judge(pair).flatMap(({ findings }) => findings);
  t.is(finding?.message, 'connection PF ID 0 does not match local DPU PF ID 3');
});

test('of hosts with names of their own, the last number tells the pair, or nothing does', (t) => {
  const verdict = (name: string, representorPf: number) => {
    const { host, dpu } = vethPair({ representorPf });
    const results = judgePair('veth', { processes: [], ...host }, { processes: [], ...dpu }, {}, name);
    return verdictOn(results, 'veth/representor-pf');
  };
  t.is(verdict('host2', 1), 'skip');
  t.is(verdict('host-1', 1), 'skip');
  t.is(verdict('alpha', 1), 'skip');
  t.is(verdict('alpha', 0), 'pass');
  t.is(verdict('host2', 5), 'fail');
});

test('what OVS, OVN and pods add is not counted, and is no fault', (t) => {
  const pair = vethPair();
  pair.dpu.links.push(
    aLink('ovs-system', { kind: 'openvswitch', index: 60 }),
    aLink('genev_sys_6081', { kind: 'geneve', index: 61 }),
    aLink('breth0', { kind: 'openvswitch', index: 62 }),
  );
  // The management port is renamed on both sides.
  change(pair.host, 'eth0-1', { name: 'ovn-k8s-mp0' });
  change(pair.dpu, 'rep0-1', { name: 'ovn-k8s-mp0' });
  pair.host.vethPeers.set('ovn-k8s-mp0', endOf(pair.dpu.links, 'ovn-k8s-mp0'));
  pair.dpu.vethPeers.set('ovn-k8s-mp0', endOf(pair.host.links, 'ovn-k8s-mp0'));
  // A pod has taken a VF, which is called eth0 in it.
  change(pair.host, 'eth0-9', undefined);
  change(pair.dpu, 'rep0-9', { linkNetnsid: 7, linkIndex: 2 });
  pair.dpu.vethPeers.set('rep0-9', { kind: 'found', name: 'eth0', index: 2, mac: '0a:00:01:00:00:09' });
  t.deepEqual(faults(judge(pair)), []);
});

test('a pair that is gone on both sides is one failure', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-7', undefined);
  change(pair.dpu, 'rep0-7', undefined);
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'MISSING', ['rep0-7']);
});

test('two pairs that are gone are each named', (t) => {
  const pair = vethPair({ pair: 1 });
  for (const index of [3, 15]) {
    change(pair.host, `eth0-${index}`, undefined);
    change(pair.dpu, `rep1-${index}`, undefined);
  }
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'MISSING', ['rep1-3', 'rep1-15']);
});

test('a representor one too many is named', (t) => {
  const pair = vethPair({ count: 17 });
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'EXTRA', ['rep0-16']);
  t.deepEqual(faults(judge(pair, { 'veth-pairs': 17 })), []);
});

test('representors of two PFs are refused as OVN-Kubernetes refuses them', (t) => {
  const pair = vethPair();
  change(pair.dpu, 'rep0-4', { name: 'rep1-4' });
  pair.host.vethPeers.set('eth0-4', endOf(pair.dpu.links, 'rep1-4'));
  const results = judge(pair);
  onlyThis(t, results, 'veth/representors fail on dpu1', 'SEVERAL_PFS', ['rep1-4']);
  t.is(
    results.flatMap(({ findings }) => findings)[0]?.message,
    'multiple PF IDs detected: 0 1 (DPU should serve only one PF)',
  );
});

test('a VF that was renamed in the namespace of the host is told with its name there', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-7', { name: 'data7' });
  pair.dpu.vethPeers.set('rep0-7', endOf(pair.host.links, 'data7'));
  onlyThis(t, judge(pair), 'veth/host-interfaces fail on host1', 'RENAMED', ['eth0-7']);
});

test('a representor that was renamed is told with its name', (t) => {
  const pair = vethPair();
  change(pair.dpu, 'rep0-7', { name: 'data7' });
  pair.host.vethPeers.set('eth0-7', endOf(pair.dpu.links, 'data7'));
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'RENAMED', ['rep0-7']);
});

test('several representors by names of their own are those of the numbers that are missing, or none of them', (t) => {
  const pair = vethPair();
  for (const index of [6, 7]) {
    change(pair.dpu, `rep0-${index}`, { name: `data${index}` });
    pair.host.vethPeers.set(`eth0-${index}`, endOf(pair.dpu.links, `data${index}`));
  }
  const results = judge(pair);
  onlyThis(t, results, 'veth/representors fail on dpu1', 'ONE_OF', ['rep0-6', 'rep0-7']);
  t.is(
    results.flatMap(({ findings }) => findings)[0]?.message,
    'the representor rep0-6 is missing, unless it is one of those that lead where the others do: data6 data7',
  );
});

test('a pair that was renamed on both ends is told on both nodes, and leads past nothing', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-7', { name: 'data7' });
  change(pair.dpu, 'rep0-7', { name: 'data7' });
  pair.dpu.vethPeers.set('data7', endOf(pair.host.links, 'data7'));
  pair.host.vethPeers.set('data7', endOf(pair.dpu.links, 'data7'));
  t.deepEqual(faults(judge(pair)), ['veth/representors fail on dpu1', 'veth/host-interfaces fail on host1']);
});

test('a VF and another representor that were renamed are both told', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-9', { name: 'data9' });
  pair.dpu.vethPeers.set('rep0-9', endOf(pair.host.links, 'data9'));
  change(pair.dpu, 'rep0-7', { name: 'data7' });
  pair.host.vethPeers.set('eth0-7', endOf(pair.dpu.links, 'data7'));
  const found = judge(pair).flatMap(({ findings }) =>
    findings.map(({ code, subject }) => `${code} ${subject}`),
  );
  t.deepEqual(found.sort(), ['RENAMED eth0-9', 'RENAMED rep0-7']);
});

test('a pair that is gone and another VF that was renamed are each told once', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-3', undefined);
  change(pair.dpu, 'rep0-3', undefined);
  change(pair.host, 'eth0-9', { name: 'data9' });
  pair.dpu.vethPeers.set('rep0-9', endOf(pair.host.links, 'data9'));
  const found = judge(pair).flatMap(({ findings }) =>
    findings.map(({ code, subject }) => `${code} ${subject}`),
  );
  t.deepEqual(found.sort(), ['MISSING rep0-3', 'RENAMED eth0-9']);
});

test('a host is not said to have exactly its VFs where a pair is wrong on both sides', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-7', undefined);
  change(pair.dpu, 'rep0-7', undefined);
  t.is(verdictOn(judge(pair), 'veth/host-interfaces'), 'blocked');
  t.is(verdictOn(judge(vethPair({ count: 17 })), 'veth/host-interfaces'), 'blocked');
});

test('a representor of another PF beside the right one does not hide it', (t) => {
  const pair = vethPair({ pair: 1 });
  pair.dpu.links.unshift(aLink('rep0-5', { index: 80, kind: 'veth', linkIndex: 15, linkNetnsid: 4 }));
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'SEVERAL_PFS', ['rep0-5']);
});

test('a name that is that of another VF is told once, with the right one', (t) => {
  for (const other of ['eth1-3', 'eth0-16', 'eth0-03']) {
    const pair = vethPair();
    change(pair.host, 'eth0-3', { name: other });
    pair.dpu.vethPeers.set('rep0-3', endOf(pair.host.links, other));
    onlyThis(t, judge(pair), 'veth/host-interfaces fail on host1', 'RENAMED', ['eth0-3']);
  }
  for (const other of ['rep0-16', 'rep0-03']) {
    const pair = vethPair();
    change(pair.dpu, 'rep0-3', { name: other });
    pair.host.vethPeers.set('eth0-3', endOf(pair.dpu.links, other));
    onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'RENAMED', ['rep0-3']);
  }
  const pair = vethPair({ pair: 1 });
  change(pair.dpu, 'rep1-3', { name: 'rep0-3' });
  pair.host.vethPeers.set('eth0-3', endOf(pair.dpu.links, 'rep0-3'));
  onlyThis(t, judge(pair), 'veth/representors fail on dpu1', 'SEVERAL_PFS', ['rep0-3']);
});

test('a VF of another PF beside the right one is one too many', (t) => {
  const pair = vethPair();
  pair.host.links.push(aLink('eth1-3', { index: 70, kind: 'veth', linkIndex: 71, linkNetnsid: 3 }));
  onlyThis(t, judge(pair), 'veth/host-interfaces fail on host1', 'EXTRA', ['eth1-3']);
});

test('a VF or representor in a bridge of Linux is a failure, and in one of Open vSwitch none', (t) => {
  for (const [side, name, node] of [
    ['host', 'eth0-3', 'host1'],
    ['dpu', 'rep0-3', 'dpu1'],
  ] as const) {
    const pair = vethPair();
    pair[side].links.push(aLink('pf', { index: 70, kind: 'bridge' }));
    change(pair[side], name, { master: 'pf' });
    onlyThis(t, judge(pair), `veth/bridge-ports fail on ${node}`, 'OTHER_MASTER', [name]);
  }
  const pair = vethPair();
  pair.dpu.links.push(aLink('ovs-system', { index: 70, kind: 'openvswitch' }));
  change(pair.dpu, 'rep0-3', { master: 'ovs-system' });
  t.deepEqual(faults(judge(pair)), []);
});

test('a VF whose other end was never moved off the DPU is missing', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-7', undefined);
  change(pair.dpu, 'rep0-7', { linkNetnsid: undefined, linkIndex: undefined, linkName: 'eth0-7' });
  pair.dpu.vethPeers.delete('rep0-7');
  onlyThis(t, judge(pair), 'veth/host-interfaces fail on host1', 'MISSING', ['eth0-7']);
});

test('a VF one too many on the host alone is named', (t) => {
  const pair = vethPair();
  pair.host.links.push(aLink('eth0-16', { index: 70, kind: 'veth', linkIndex: 71, linkNetnsid: 3 }));
  onlyThis(t, judge(pair), 'veth/host-interfaces fail on host1', 'EXTRA', ['eth0-16']);
});

test('an intermediate name blocks what it would falsify', (t) => {
  const pair = vethPair();
  pair.host.links.push(aLink('temp-host0-0', { index: 80, kind: 'veth', linkIndex: 81, linkNetnsid: 0 }));
  const results = judge(pair);
  onlyThis(t, results, 'veth/leftovers fail on host1', 'NAME_TAKEN', ['temp-host0-0']);
  for (const id of ['veth/host-interfaces', 'veth/peers', 'veth/peer-namespaces', 'veth/host-isolation'])
    t.is(verdictOn(results, id), 'blocked', id);
  t.is(verdictOn(results, 'veth/dpu-network', 'dpu1'), 'pass');
});

for (const [name, wanted] of [
  ['host0-eth0-7', 'eth0-7'],
  ['dpu1-rep1-15', 'rep1-15'],
  ['dpu0-rep0-30', 'rep0-30'],
  ['temp-rep1-0', 'rep1-0'],
] as const) {
  test(`${name} is an intermediate name, and was to become ${wanted}`, (t) => {
    const pair = vethPair();
    pair.dpu.links.push(aLink(name, { index: 80, kind: 'veth' }));
    const results = judge(pair);
    onlyThis(t, results, 'veth/leftovers fail on dpu1', 'NOT_RENAMED', [name]);
    const [finding] = results.flatMap(({ findings }) => findings);
    t.is(finding?.remedy, `ip link set ${name} down; ip link set ${name} name ${wanted}`);
  });
}

test('the set-up as the document has it: temp-host0-0 left, the renamed eth0 with an address', (t) => {
  const pair = vethPair();
  const representor = find(pair.dpu.links, 'rep0-0');
  change(pair.host, 'eth0-0', { name: 'temp-host0-0' });
  change(pair.dpu, 'rep0-0', { linkIndex: find(pair.host.links, 'temp-host0-0').index });
  const addresses = [{ family: 'inet', address: '172.18.0.3', prefixLength: 16, scope: 'global' }] as const;
  pair.host.links.push(
    aLink('eth0-0', { index: 95, kind: 'veth', linkIndex: 96, linkNetnsid: 5, addresses }),
  );
  t.truthy(representor);
  const results = judge(pair);
  onlyThis(t, results, 'veth/leftovers fail on host1', 'NAME_TAKEN', ['temp-host0-0']);
  const [finding] = results.flatMap(({ findings }) => findings);
  t.is(finding?.message, 'temp-host0-0 was not renamed to eth0-0: another device has this name');
});

test('pairs crossed between two numbers are both named, with what they are connected to', (t) => {
  const pair = vethPair();
  const [three, four] = [find(pair.dpu.links, 'rep0-3'), find(pair.dpu.links, 'rep0-4')];
  change(pair.dpu, 'rep0-3', { index: four.index, linkIndex: four.linkIndex });
  change(pair.dpu, 'rep0-4', { index: three.index, linkIndex: three.linkIndex });
  const results = judge(pair);
  onlyThis(t, results, 'veth/peers fail on host1', 'OTHER_PEER', ['eth0-3 ↔ rep0-3', 'eth0-4 ↔ rep0-4']);
  t.regex(results.flatMap(({ findings }) => findings)[0]?.message ?? '', /other end of eth0-3 is rep0-4/);
});

test('a VF whose peer is elsewhere is named', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-5', { linkIndex: 999 });
  onlyThis(t, judge(pair), 'veth/peers fail on host1', 'OTHER_PEER', ['eth0-5 ↔ rep0-5']);
});

test('a VF that is no veth device has no peer', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-5', { kind: 'dummy', linkIndex: undefined, linkNetnsid: undefined });
  onlyThis(t, judge(pair), 'veth/peers fail on host1', 'OTHER_PEER', ['eth0-5 ↔ rep0-5']);
});

test('one pair crossed between hosts whose indexes coincide shows by its namespace id', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-5', { linkNetnsid: 1 });
  change(pair.dpu, 'rep0-5', { linkNetnsid: 1 });
  onlyThis(t, judge(pair), 'veth/peers fail on host1', 'OTHER_NAMESPACE', ['eth0-5 ↔ rep0-5']);
});

test('all pairs crossed between hosts whose indexes coincide show by their other ends', (t) => {
  const [first, second] = [vethPair(), vethPair({ pair: 1, representorPf: 0 })];
  const crossed = { host: first.host, dpu: second.dpu };
  // Each side is connected to a side that is not in this pair, and everything but the MAC addresses is alike.
  const results = judge(crossed);
  t.deepEqual(faults(results), ['veth/peer-namespaces fail on host1']);
  t.is(verdictOn(results, 'veth/peers'), 'pass');
  t.is(results.flatMap(({ findings }) => findings).length, 32);
});

test('where all pairs are crossed and some show by their indexes, both checks say their part', (t) => {
  const [first, second] = [vethPair(), vethPair({ pair: 1, representorPf: 0 })];
  change(first.host, 'eth0-5', { linkIndex: 999 });
  const results = judge({ host: first.host, dpu: second.dpu });
  t.deepEqual(faults(results), ['veth/peers fail on host1', 'veth/peer-namespaces fail on host1']);
  const subjects = results.flatMap(({ findings }) => findings).map(({ subject }) => subject);
  t.is(subjects.filter((subject) => /-5\b/.test(subject)).length, 1);
  t.is(subjects.length, 31);
});

test('a VF that another host has is told from one in a pod', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-9', undefined);
  change(pair.dpu, 'rep0-9', { linkNetnsid: 7 });
  pair.dpu.vethPeers.set('rep0-9', { kind: 'found', name: 'eth0-9', index: 19, mac: '0a:00:01:01:00:09' });
  onlyThis(t, judge(pair), 'veth/peer-namespaces fail on host1', 'OTHER_NODE', ['rep0-9']);
});

test('without the right to look into the other namespace the peers are not called right', (t) => {
  const pair = vethPair();
  for (const name of pair.host.vethPeers.keys())
    pair.host.vethPeers.set(name, { kind: 'refused', errno: 13 });
  const results = judge(pair);
  t.deepEqual(faults(results), ['veth/peer-namespaces error on host1']);
  t.is(verdictOn(results, 'veth/peers'), 'pass');
});

test('an address on a VF is a failure, and so is one on a representor', (t) => {
  const addresses = [{ family: 'inet', address: '172.18.0.3', prefixLength: 16, scope: 'global' }] as const;
  const onHost = vethPair();
  change(onHost.host, 'eth0-3', { addresses });
  onlyThis(t, judge(onHost), 'veth/addresses fail on host1', 'HAS_ADDRESS', ['eth0-3']);
  const onDpu = vethPair({ pair: 1 });
  change(onDpu.dpu, 'rep1-3', { addresses });
  onlyThis(t, judge(onDpu), 'veth/addresses fail on dpu1', 'HAS_ADDRESS', ['rep1-3']);
});

test("link-local and OVN-Kubernetes' masquerade addresses are no fault", (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-0', {
    addresses: [
      { family: 'inet6', address: 'fe80::1', prefixLength: 64, scope: 'link' },
      { family: 'inet', address: '169.254.0.2', prefixLength: 17, scope: 'global' },
      { family: 'inet6', address: 'fd69::2', prefixLength: 112, scope: 'global' },
    ],
  });
  t.deepEqual(faults(judge(pair)), []);
});

const asDpuSimulator = (pair: VethPairFacts): VethPairFacts => {
  for (const side of [pair.host, pair.dpu]) {
    side.links = side.links.map((link) => ({ ...link, mac: `52:54:00:${link.mac.slice(9)}` }));
    for (const [name, peer] of side.vethPeers)
      if (peer.kind === 'found') side.vethPeers.set(name, { ...peer, mac: `52:54:00:${peer.mac.slice(9)}` });
  }
  return pair;
};

test('dpu-simulator gives eth0-0 an address and leaves its hosts their network', (t) => {
  const pair = asDpuSimulator(vethPair());
  const addresses = [{ family: 'inet', address: '172.30.0.4', prefixLength: 24, scope: 'global' }] as const;
  change(pair.host, 'eth0-0', { addresses });
  pair.host.links.push(aLink('eth0', { index: 97, addresses }));
  pair.host.routes.push(aRoute('default', { gateways: ['172.18.0.1'] }));
  const results = judge(pair);
  t.deepEqual(faults(results), []);
  t.is(verdictOn(results, 'veth/host-isolation'), 'skip');
  change(pair.host, 'eth0-3', { addresses });
  onlyThis(t, judge(pair), 'veth/addresses fail on host1', 'HAS_ADDRESS', ['eth0-3']);
});

test('a default route on the host is a failure, of IPv4 and of IPv6', (t) => {
  const v4 = vethPair();
  v4.host.routes.push(aRoute('default', { devices: ['eth0-0'], gateways: ['172.18.0.1'] }));
  const results = judge(v4);
  onlyThis(t, results, 'veth/host-isolation fail on host1', 'DEFAULT_ROUTE', [
    'default via 172.18.0.1 dev eth0-0',
  ]);
  t.is(
    results.flatMap(({ findings }) => findings)[0]?.remedy,
    'ip -4 route del default via 172.18.0.1 dev eth0-0',
  );
  const v6 = vethPair();
  v6.host.routes.push(aRoute('default', { family: 'inet6', devices: ['eth0-0'] }));
  onlyThis(t, judge(v6), 'veth/host-isolation fail on host1', 'DEFAULT_ROUTE', ['default dev eth0-0']);
});

test('routes that lead nowhere, through the DPU or from another table do not end the isolation', (t) => {
  const pair = vethPair();
  pair.host.routes.push(
    aRoute('default', { type: 'unreachable', devices: ['lo'] }),
    aRoute('default', { table: '7', devices: ['eth0-0'] }),
    aRoute('default', { devices: ['pf'] }),
    aRoute('10.244.0.0/16', { devices: ['eth0-0'] }),
  );
  t.deepEqual(faults(judge(pair)), []);
});

test('eth0 of kind with an address is a way around the DPU without any default route', (t) => {
  const pair = vethPair();
  const addresses = [{ family: 'inet', address: '172.18.0.3', prefixLength: 16, scope: 'global' }] as const;
  pair.host.links.push(aLink('eth0', { index: 97, addresses }));
  pair.host.routes.push(aRoute('172.18.0.0/16', { protocol: 'kernel' }));
  onlyThis(t, judge(pair), 'veth/host-isolation fail on host1', 'KIND_INTERFACE', ['eth0']);
});

test('the DPU needs eth0, an address and a default route, each its own message', (t) => {
  const gone = vethPair();
  change(gone.dpu, 'eth0', undefined);
  onlyThis(t, judge(gone), 'veth/dpu-network fail on dpu1', 'NO_INTERFACE', ['eth0']);
  const bare = vethPair();
  change(bare.dpu, 'eth0', { addresses: [] });
  bare.dpu.routes = [];
  onlyThis(t, judge(bare), 'veth/dpu-network fail on dpu1', 'NO_ADDRESS', ['eth0']);
  const stuck = vethPair();
  stuck.dpu.routes = [aRoute('default', { devices: ['rep0-1'] })];
  onlyThis(t, judge(stuck), 'veth/dpu-network fail on dpu1', 'NO_DEFAULT_ROUTE', ['eth0']);
});

test('of several default routes of the DPU, that with the lowest metric has to lead by eth0', (t) => {
  const pair = vethPair();
  const [byEth0 = aRoute('default'), ...others] = pair.dpu.routes;
  const byVf = aRoute('default', { devices: ['rep0-3'] });
  pair.dpu.routes = [byEth0, { ...byVf, metric: 500 }, ...others];
  t.deepEqual(faults(judge(pair)), []);
  pair.dpu.routes = [byVf, { ...byEth0, metric: 600 }, ...others];
  onlyThis(t, judge(pair), 'veth/dpu-network fail on dpu1', 'OTHER_DEFAULT_ROUTE', ['eth0']);
  pair.dpu.routes = [byVf, { ...byEth0, metric: 600, family: 'inet6' }, ...others];
  onlyThis(t, judge(pair), 'veth/dpu-network fail on dpu1', 'OTHER_DEFAULT_ROUTE', ['eth0']);
});

test('an eth0 of the DPU that is down or has no carrier is told as that, and not as a missing route', (t) => {
  const down = vethPair();
  change(down.dpu, 'eth0', { flags: ['BROADCAST', 'MULTICAST'] });
  down.dpu.routes = [];
  onlyThis(t, judge(down), 'veth/dpu-network fail on dpu1', 'DOWN', ['eth0']);
  const cut = vethPair();
  change(cut.dpu, 'eth0', { flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'] });
  onlyThis(t, judge(cut), 'veth/dpu-network fail on dpu1', 'NO_CARRIER', ['eth0']);
});

test('once OVN-Kubernetes runs, the address and the default route of the DPU are on breth0', (t) => {
  const pair = vethPair();
  const { addresses } = find(pair.dpu.links, 'eth0');
  change(pair.dpu, 'eth0', { addresses: [], master: 'ovs-system' });
  pair.dpu.links.push(aLink('breth0', { index: 98, addresses }));
  pair.dpu.routes = [aRoute('default', { devices: ['breth0'], gateways: ['172.18.0.1'] })];
  t.deepEqual(faults(judge(pair)), []);
});

test('a VF or representor that is down while the others are up is named with its node', (t) => {
  const onHost = vethPair();
  change(onHost.host, 'eth0-3', { flags: ['BROADCAST', 'MULTICAST'] });
  onlyThis(t, judge(onHost), 'veth/links-up fail on host1', 'DOWN', ['eth0-3']);
  const onDpu = vethPair();
  change(onDpu.dpu, 'rep0-3', { flags: ['BROADCAST', 'MULTICAST'] });
  const results = judge(onDpu);
  onlyThis(t, results, 'veth/links-up fail on host1', 'DOWN', ['rep0-3']);
  const [finding] = results.flatMap(({ findings }) => findings);
  t.is(finding?.message, 'rep0-3 on dpu1 is down, and most others are up');
});

test('a VF without a carrier, whose representor is down, is no second finding', (t) => {
  const pair = vethPair();
  change(pair.dpu, 'rep0-3', { flags: ['BROADCAST', 'MULTICAST'] });
  change(pair.host, 'eth0-3', { flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'] });
  onlyThis(t, judge(pair), 'veth/links-up fail on host1', 'DOWN', ['rep0-3']);
});

test('all ends of one side that are down while the other side is up are one finding', (t) => {
  const pair = vethPair();
  for (const { name } of [...pair.host.links])
    if (name.startsWith('eth0-')) change(pair.host, name, { flags: ['BROADCAST'] });
  onlyThis(t, judge(pair), 'veth/links-up fail on host1', 'SIDE_DOWN', ['host1']);
});

test('before and after OVN-Kubernetes, VFs that are down are no fault', (t) => {
  const pair = vethPair();
  for (let index = 0; index < 16; index += 1) {
    change(pair.host, `eth0-${index}`, { flags: ['BROADCAST'] });
    change(pair.dpu, `rep0-${index}`, { flags: ['BROADCAST'] });
  }
  t.is(verdictOn(judge(pair), 'veth/links-up'), 'skip');
  t.deepEqual(faults(judge(pair)), []);
  const deployed = vethPair();
  change(deployed.host, 'eth0-3', { flags: ['BROADCAST'] });
  const processes = [aProcess('ovnkube')];
  const results = judgePair('veth', { processes: [], ...deployed.host }, { processes, ...deployed.dpu });
  t.deepEqual(faults(results), []);
  t.is(verdictOn(results, 'veth/links-up'), 'skip');
});

test('a further interface that leads past the DPU is a failure, by whatever name', (t) => {
  const netdevs = {
    eth1: { kind: 'veth', linkIndex: 9, linkNetnsid: 5 },
    enp1s0: {},
    macvlan0: { kind: 'macvlan' },
  };
  for (const [name, given] of Object.entries(netdevs)) {
    const pair = vethPair();
    pair.host.links.push(aLink(name, { index: 80, ...given }));
    onlyThis(t, judge(pair), 'veth/other-interfaces fail on host1', 'LEADS_PAST', [name]);
  }
});

test('what any namespace may have, and the management pair of newer set-ups, is no further interface', (t) => {
  const pair = vethPair();
  pair.host.links.push(
    aLink('tunl0', { index: 80, kind: 'ipip' }),
    aLink('ip6tnl0', { index: 81, kind: 'ip6tnl' }),
    aLink('ovs-system', { index: 82, kind: 'openvswitch' }),
    aLink('pf', { index: 83, kind: 'veth', linkIndex: 9, linkNetnsid: 0 }),
    aLink('genev_sys_6081', { index: 84, kind: 'geneve' }),
  );
  change(pair.host, 'lo', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'] });
  t.deepEqual(faults(judge(pair)), []);
});

test('what leads nowhere by itself is a warning: the host has no longer exactly 16 interfaces', (t) => {
  for (const given of [{ kind: 'dummy' }, { kind: 'bridge' }, { kind: 'veth', linkName: 'extra1' }]) {
    const pair = vethPair();
    pair.host.links.push(aLink('extra0', { index: 80, ...given }));
    onlyThis(t, judge(pair), 'veth/other-interfaces warn on host1', 'FURTHER', ['extra0']);
  }
});

test('what is joined to a VF or to the DPU does not lead past it', (t) => {
  const pair = vethPair();
  pair.host.links.push(aLink('macvlan0', { index: 80, kind: 'macvlan', linkName: 'eth0-3' }));
  onlyThis(t, judge(pair), 'veth/other-interfaces warn on host1', 'FURTHER', ['macvlan0']);
  const further = vethPair();
  addEnds(further, 'data0', 'data1');
  onlyThis(t, judge(further), 'veth/other-interfaces warn on host1', 'TO_DPU', ['data0']);
});

test('a further interface of the DPU is a warning, until OVN-Kubernetes and its pods add theirs', (t) => {
  const further = { index: 80, kind: 'veth', linkIndex: 9, linkNetnsid: 5 };
  const pair = vethPair();
  pair.dpu.links.push(aLink('eth1', further));
  onlyThis(t, judge(pair), 'veth/representors warn on dpu1', 'FURTHER', ['eth1']);
  const running = { host: pair.host, dpu: { ...pair.dpu, processes: [aProcess('ovnkube')] } };
  t.deepEqual(faults(judge(running)), []);
  const ofPod = vethPair();
  ofPod.dpu.links.push(aLink('veth0a1b2c3d', further), aLink('docker0', { index: 81, kind: 'bridge' }));
  t.deepEqual(faults(judge(ofPod)), []);
});

test('an MTU that differs on the two ends is a failure', (t) => {
  const pair = vethPair();
  change(pair.host, 'eth0-2', { mtu: 1400 });
  onlyThis(t, judge(pair), 'veth/mtu fail on host1', 'MTU_DIFFERS', ['eth0-2']);
});

test('where there is nothing to judge, no check passes', (t) => {
  const nothing = { links: [aLink('lo')], routes: [], vethPeers: new Map() };
  const results = judge({ host: { ...nothing }, dpu: { ...nothing } });
  const verdicts = new Map(results.map(({ checkId, target, verdict }) => [`${checkId} ${target}`, verdict]));
  t.is(verdicts.get('veth/representors dpu1'), 'fail');
  t.is(verdicts.get('veth/dpu-network dpu1'), 'fail');
  for (const id of ['peers', 'peer-namespaces', 'mtu', 'host-isolation', 'addresses'])
    t.not(verdicts.get(`veth/${id} host1`), 'pass', id);
  t.is(verdicts.get('veth/addresses dpu1'), 'skip');
});

test('a count without sense neither hangs nor passes what it should not', (t) => {
  for (const count of [-3, 0.5, 1e9, Number.MAX_SAFE_INTEGER])
    t.deepEqual(faults(judge(vethPair(), { 'veth-pairs': count })), ['veth/representors fail on dpu1']);
});

test('a host that is examined alone lacks what it does not show, until OVN-Kubernetes gives VFs away', (t) => {
  const alone = (
    given: Partial<Link>[],
    lost: readonly string[] = [],
    processes: readonly Process[] = [],
  ) => {
    const { host } = vethPair();
    for (const name of lost) change(host, name, undefined);
    host.links.push(...given.map((link) => aLink(link.name ?? '', link)));
    return judgeNode({ ...host, processes }, ['veth'], { role: 'dpu-host', simulation: 'veth' });
  };
  t.is(alone([]).get('veth/host-alone')?.verdict, 'pass');
  const missing = alone([], ['eth0-3']);
  t.is(onlyFault(t, missing, 'veth/host-alone', 'MISSING').subject, 'eth0-3');
  t.deepEqual(idsWith(alone([], ['eth0-3'], [aProcess('ovnkube')]), 'fail'), []);
  const further = alone([{ name: 'eth1', kind: 'veth', linkNetnsid: 3, linkIndex: 7 }]);
  t.is(onlyFault(t, further, 'veth/host-alone', 'LEADS_PAST').subject, 'eth1');
  t.deepEqual(idsWith(alone([{ name: 'br0', kind: 'bridge' }]), 'fail'), []);
});
