import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import { parseFact } from '../../../../facts/fact.ts';
import { links } from '../../../../facts/links.ts';
import type { Netdev } from '../../../../facts/netdevs.ts';
import { ovs } from '../../../../facts/ovs.ts';
import { chassisOf } from '../../../../facts/traffic/hops/chassis.ts';
import { type WayFacts, wayOf } from '../../../../facts/traffic/hops/way.ts';
import type { Endpoint, Path, PathKind } from '../../../../facts/traffic/path.ts';

const answer = (name: string) => ({
  command: name,
  exitCode: 0,
  stdout: readFileSync(resolve(import.meta.dirname, '../../../recorded/traffic', name), 'utf8'),
  stderr: '',
});

function known<Value>(outcome: { readonly ok: true; readonly value: Value } | { readonly ok: false }): Value {
  if (!outcome.ok) throw new Error('the recording can be read');
  return outcome.value;
}

const netdev = (name: string): [string, Netdev] => [
  name,
  {
    ...{ name, deviceLink: undefined, sysfsLink: undefined, pciAddress: undefined, auxiliary: undefined },
    ...{ physPortName: name, physSwitchId: undefined },
  },
];

/** Two hosts and their DPUs as they were recorded. */
const FACTS: WayFacts = {
  ovs: new Map(
    [1, 2].map((dpu) => [`dpu${dpu}`, known(parseFact(ovs, { tables: answer(`ovs-dpu${dpu}.json`) }))]),
  ),
  links: new Map(
    [1, 2].map((host) => [`host${host}`, known(parseFact(links, { addr: answer(`addr-host${host}.json`) }))]),
  ),
  nodeNames: new Map([1, 2].map((host) => [`host${host}`, `host${host}`])),
  dpus: new Map([1, 2].map((host) => [`host${host}`, `dpu${host}`])),
  chassis: new Map(
    [1, 2].map((dpu) => {
      const tables = known(parseFact(ovs, { tables: answer(`ovs-dpu${dpu}.json`) }));
      const missing = { ok: false, failure: { code: 'unreachable', message: '' } } as const;
      const facts = {
        netdevs: { ok: true, value: new Map([netdev('p0'), netdev('pf0hpf')]) },
        ...{ links: missing, devlink: missing, ovs: missing },
      } as const;
      return [`dpu${dpu}`, chassisOf(`dpu${dpu}`, tables, facts, false)];
    }),
  ),
};

const pod = (host: number, last: number, extra: Partial<Endpoint> = {}): Endpoint => ({
  ...{ kind: 'netns', name: `host${host}:pod`, node: `host${host}`, dpu: `dpu${host}` },
  ...{ addresses: [`10.233.${64 + host}.${last}`], interface: 'eth0', mtu: 1400, hostNetwork: false },
  ...extra,
});

const way = (kind: PathKind, from: Endpoint, to: Path['to']) => {
  const { hops, gaps } = wayOf(
    { id: 'a', kind, protocol: 'icmp', family: 4, from, to, size: 'small' },
    FACTS,
  );
  return { gaps, hops: hops.map(({ hop }) => `${hop.direction} ${hop.kind} ${hop.node} ${hop.counter}`) };
};

const toPod = (endpoint: Endpoint): Path['to'] => ({
  ...{ name: endpoint.name, address: endpoint.addresses[0] ?? '', endpoint, node: endpoint.node },
});

const OUT = ['request interface host1 tx', 'request representor dpu1 rx', 'request ovs-port dpu1 rx'];
const BACK = ['reply ovs-port dpu1 tx', 'reply representor dpu1 tx', 'reply interface host1 rx'];

test('over two DPUs, there and back', (t) => {
  t.deepEqual(way('pod-to-pod', pod(1, 4), toPod(pod(2, 4))), {
    gaps: [],
    hops: [
      ...OUT,
      'request tunnel dpu1 tx',
      'request uplink dpu1 tx',
      'request uplink dpu2 rx',
      'request tunnel dpu2 rx',
      'request ovs-port dpu2 tx',
      'request representor dpu2 tx',
      'request interface host2 rx',
      'reply interface host2 tx',
      'reply representor dpu2 rx',
      'reply ovs-port dpu2 rx',
      'reply tunnel dpu2 tx',
      'reply uplink dpu2 tx',
      'reply uplink dpu1 rx',
      'reply tunnel dpu1 rx',
      ...BACK,
    ],
  });
});

test('on one node nothing leaves the DPU; a port is known by its iface-id before its addresses', (t) => {
  const named = { namespace: 'ovn-kubernetes', name: 'ovs-offload-pod2-host1', container: 'c' };
  const { hops, gaps } = way('pod-to-pod-on-node', pod(1, 4), toPod(pod(1, 99, { kind: 'pod', pod: named })));
  t.deepEqual(gaps, []);
  t.is(hops.length, 12);
  t.true(hops.every((hop) => !/tunnel|uplink|dpu2/.test(hop)));
});

test('to the management port of another node, whose device the host names', (t) => {
  const { hops } = way('pod-to-management-port', pod(1, 4), {
    name: 'host2',
    address: '10.233.66.2',
    node: 'host2',
  });
  t.is(hops.length, 20);
  t.true(hops.includes('request interface host2 rx'));
});

test('of what is beyond, that part is told which is certain, and that it is a part', (t) => {
  const outside = way('pod-to-gateway', pod(1, 4), { name: 'gateway', address: '192.168.40.254' });
  t.deepEqual(outside.hops, [
    ...OUT,
    'request patch dpu1 tx',
    'request uplink dpu1 tx',
    'reply uplink dpu1 rx',
    'reply patch dpu1 rx',
    ...BACK,
  ]);
  t.deepEqual(outside.gaps, ['what is between host1 and gateway is known in part']);
  const service = way('pod-to-cluster-ip', pod(1, 4), {
    name: 'ClusterIP 10.96.0.7',
    address: '10.96.0.7',
    port: 5000,
  });
  t.deepEqual(service.hops, [...OUT, ...BACK]);
});

test('where no port is that of the endpoint, Open vSwitch is looked at all the same, and the gap is told', (t) => {
  const { hops, gaps } = way('pod-to-pod', pod(1, 77), toPod(pod(2, 4)));
  t.deepEqual(hops.slice(0, 3), [
    'request interface host1 tx',
    'request ovs-port dpu1 rx',
    'request tunnel dpu1 tx',
  ]);
  t.deepEqual(gaps, ['no port of br-int has ip_addresses 10.233.65.77']);
});

test('a node is reached by the interface that has the address, which packets may bypass', (t) => {
  const address = '192.168.42.202';
  const { hops } = wayOf(
    {
      ...{ id: 'a', kind: 'pod-to-other-node', protocol: 'icmp', family: 4, from: pod(1, 4), size: 'small' },
      to: { name: 'host2', address, node: 'host2' },
    },
    FACTS,
  );
  const own = hops.filter(({ hop }) => hop.node === 'host2');
  t.deepEqual(
    own.map(({ hop, mayBypass }) => [hop.direction, hop.counter, hop.of, mayBypass]),
    [
      ['request', 'rx', 'host2', true],
      ['reply', 'tx', 'host2', true],
    ],
  );
});
