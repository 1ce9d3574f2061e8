import test from 'ava';
import type { Link } from '../../facts/links.ts';
import { namespaceSenders } from '../../traffic/endpoints/hosts.ts';
import type { NodeNetwork } from '../../traffic/endpoints/node-network.ts';
import { strangerNote, strangers } from '../../traffic/endpoints/strangers.ts';
import type { TrafficNode } from '../../traffic/input.ts';

const link = (name: string, address: string, mac = '02:00:00:00:00:01'): Link =>
  ({
    name,
    mac,
    addresses: [{ family: 'inet', address, prefixLength: 24, scope: 'global' }],
  }) as unknown as Link;

const namespace = (name: string, ...links: readonly Link[]) => ({ name, file: `/run/netns/${name}`, links });

const POD = namespace('pod1', link('eth0', '10.244.1.5'));
const OTHER = namespace('docker', link('eth0', '172.18.0.2'));

const network = (links: readonly Link[], ...namespaces: readonly ReturnType<typeof namespace>[]) =>
  ({ links, namespaces }) as unknown as NodeNetwork;

const MANAGEMENT_PORT = link('ovn-k8s-mp0', '10.244.1.2');

const node = (name: string, facts: TrafficNode['facts'] = new Map(), dpu?: string): TrafficNode => ({
  node: { name, access: { kind: 'local' }, ...(dpu === undefined ? {} : { dpu }) },
  role: name.startsWith('dpu') ? 'dpu' : 'dpu-host',
  simulation: undefined,
  facts,
});

const port = (ids: Readonly<Record<string, string>>): TrafficNode['facts'] => {
  const interfaces = [{ name: 'pf0vf1', externalIds: new Map(Object.entries(ids)) }];
  const bridges = [{ name: 'br-int', externalIds: new Map(), ports: [{ name: 'pf0vf1', interfaces }] }];
  return new Map([
    ['ovs', { ok: true, value: { bridges, openVSwitch: { externalIds: new Map() } } }],
  ]) as never;
};

const namesOf = (given: NodeNetwork, facts?: TrafficNode['facts']) => {
  const host = node('host1', undefined, 'dpu1');
  const nodes = [host, ...(facts === undefined ? [] : [node('dpu1', facts)])];
  return strangers(host, given, { nodes, clusters: [] }).map(({ name }) => name);
};

test('a namespace outside of the subnet of the node is no pod, and the reader is told', (t) => {
  t.deepEqual(namesOf(network([MANAGEMENT_PORT], POD, OTHER)), ['docker']);
  t.is(
    strangerNote(node('host1'), OTHER),
    "the network namespace docker of host1 was left out: 172.18.0.2/24 is no address of the node's pods, and no port of Open vSwitch has it",
  );
});

test('of several interfaces of a pod the one in the subnet of its node is taken', (t) => {
  const network1 = link('net1', '192.0.2.9');
  const pod = namespace('pod1', network1, link('eth0', '10.244.1.5'));
  const [sender] = namespaceSenders(node('host1'), network([MANAGEMENT_PORT], pod));
  t.like(sender?.endpoint, { interface: 'eth0', addresses: ['10.244.1.5'] });
  const [unknown] = namespaceSenders(node('host1'), network([], namespace('pod1', network1)));
  t.like(unknown?.endpoint, { interface: 'net1' });
});

test('one whose address or MAC address a port of the DPU has is a pod, whatever its subnet', (t) => {
  const given = network([MANAGEMENT_PORT], OTHER);
  t.deepEqual(namesOf(given, port({ ip_addresses: '172.18.0.2/16' })), []);
  t.deepEqual(namesOf(given, port({ attached_mac: '02:00:00:00:00:01' })), []);
  t.deepEqual(namesOf(given, port({ attached_mac: '02:00:00:00:00:02' })), ['docker']);
});

test('where a node shows no management port, or a namespace no address, nothing is told apart', (t) => {
  t.deepEqual(namesOf(network([link('eth0', '192.0.2.1')], POD, OTHER)), []);
  t.deepEqual(namesOf(network([MANAGEMENT_PORT], namespace('empty'))), []);
});
