import test from 'ava';
import type { Link } from '../../../facts/links.ts';
import type { Interface } from '../../../facts/ovs.ts';
import {
  aBridge,
  anInterface,
  aTunnel,
  dpu,
  withBridge,
  withId,
  withInterface,
  withPort,
} from '../../helpers/dpu-facts.ts';
import { aLink, aNetdev, judgeNode, type NodeFacts } from '../../helpers/node-facts.ts';

const USER_SPACE = { datapathType: 'netdev' };

const verdictOf = (id: string, facts: NodeFacts, expect = {}): string | undefined =>
  judgeNode(facts, ['ovs'], { role: 'dpu', expect }).get(id)?.verdict;

/** A DPU on whose brp0 another port is in place of p0, which has this link. */
function withoutP0(port: string, link: Partial<Link>, p0: Partial<Link> = {}): NodeFacts {
  const facts = dpu();
  return {
    ...facts,
    ovs: withPort(withInterface(facts.ovs, 'p0', undefined), 'brp0', anInterface(port)),
    links: [
      ...facts.links.filter(({ name }) => name !== 'p0'),
      aLink(port, link),
      aLink('p0', p0),
      aLink('p1', p0),
    ],
    netdevs: new Map([...facts.netdevs, [port, aNetdev(port, undefined)]]),
  };
}

test('a bond of the uplinks is the uplink, as with two ports that are one', (t) => {
  const bond = withoutP0('bond0', { kind: 'bond' }, { master: 'bond0' });
  t.is(verdictOf('ovs/uplink-port', bond), 'pass');
  t.is(verdictOf('ovs/uplink-port', bond, { uplink: 'p0' }), 'pass');
  t.is(verdictOf('ovs/uplink-port', bond, { uplink: 'p7' }), 'fail');
  t.is(verdictOf('ovs/uplink-port', withoutP0('bond0', { kind: 'bond' })), 'fail');
});

test('a VLAN on the uplink is the uplink, one on something else is not', (t) => {
  t.is(verdictOf('ovs/uplink-port', withoutP0('p0.42', { kind: 'vlan', linkName: 'p0' })), 'pass');
  t.is(verdictOf('ovs/uplink-port', withoutP0('oob.42', { kind: 'vlan', linkName: 'oob_net0' })), 'fail');
});

test('an IPv6 address is the same however it is written', (t) => {
  const facts = dpu();
  const address = { family: 'inet6', address: 'fd00:1::7', prefixLength: 64, scope: 'global' } as const;
  const links = facts.links.map((link) => (link.name === 'brp0' ? { ...link, addresses: [address] } : link));
  const at = (ip: string): NodeFacts => ({ ...facts, links, ovs: withId(facts.ovs, 'ovn-encap-ip', ip) });
  t.is(verdictOf('ovs/encap-ip', at('fd00:1::7')), 'pass');
  t.is(verdictOf('ovs/encap-ip', at('FD00:1:0:0:0:0:0:7')), 'pass');
  t.is(verdictOf('ovs/encap-ip', at('fd00:1::70')), 'fail');
  t.is(verdictOf('ovs/encap-ip', at('192.168.41.127')), 'fail');
});

test('a tunnel may write its own IPv6 address in another way than ovn-encap-ip', (t) => {
  const facts = dpu();
  const address = { family: 'inet6', address: 'fd00:1::7', prefixLength: 64, scope: 'global' } as const;
  const links = facts.links.map((link) => (link.name === 'brp0' ? { ...link, addresses: [address] } : link));
  const from = (local: string): NodeFacts => {
    const ovs = withId(facts.ovs, 'ovn-encap-ip', 'fd00:1:0:0::7');
    return {
      ...facts,
      links,
      ovs: withInterface(ovs, 'ovn-8c1016-0', aTunnel('ovn-8c1016-0', 'fd00:1::9', local)),
    };
  };
  t.is(verdictOf('ovs/tunnel-endpoints', from('fd00:1::7')), 'pass');
  t.is(verdictOf('ovs/tunnel-endpoints', from('fd00:1::8')), 'fail');
});

test('a link-local next hop is on the link, another address outside of the subnet is not', (t) => {
  const via = (nexthop: string): NodeFacts => ({
    ...dpu(),
    ovs: withId(dpu().ovs, 'ovn-gw-nexthop', nexthop),
  });
  t.is(verdictOf('ovs/gateway-nexthop', via('fe80::1')), 'pass');
  t.is(verdictOf('ovs/gateway-nexthop', via('fd00::1')), 'fail');
  // One for each IP version; a cluster of IPv4 passes that of IPv6 over.
  t.is(verdictOf('ovs/gateway-nexthop', via('192.168.40.254,fd00::1')), 'pass');
  t.is(verdictOf('ovs/gateway-nexthop', via('fe80::1,192.168.40.254')), 'pass');
  t.is(verdictOf('ovs/gateway-nexthop', via('fe80::1,10.9.9.9')), 'fail');
});

test('of a port of DPDK or DOCA, Open vSwitch tells the state, whatever the kernel has of it', (t) => {
  const facts = dpu();
  const doca = (name: string, given: Partial<Interface>, flags?: readonly string[]): NodeFacts => ({
    ...facts,
    ovs: withInterface(facts.ovs, name, { type: 'dpdk', ...given }),
    links:
      flags === undefined
        ? facts.links.filter((link) => link.name !== name)
        : facts.links.map((link) => (link.name === name ? { ...link, flags } : link)),
  });
  const codes = (one: NodeFacts) =>
    judgeNode(one, ['ovs'], { role: 'dpu' })
      .get('ovs/ports-up')
      ?.findings.map(({ code }) => code);
  t.deepEqual(codes(doca('p0', {})), []);
  t.deepEqual(codes(doca('p0', {}, ['BROADCAST'])), []);
  t.deepEqual(codes(doca('p0', { linkState: 'down' })), ['NO_CARRIER']);
  t.deepEqual(codes(doca('pf0hpf', { linkState: 'down' })), []);
  t.deepEqual(codes(doca('pf0hpf', { adminState: 'down', linkState: 'down' })), ['DOWN']);
});

test('a second port of the DPU that is down on a bridge of its own is a warning', (t) => {
  const facts = dpu();
  const flags = ['BROADCAST', 'MULTICAST'];
  const second = { ...facts.ovs, bridges: [...facts.ovs.bridges, aBridge('ovsbr2', [anInterface('p1')])] };
  const links = [...facts.links, aLink('ovsbr2'), aLink('p1', { flags })];
  t.is(verdictOf('ovs/ports-up', { ...facts, ovs: second, links }), 'warn');
  t.is(verdictOf('ovs/ports-up', { ...facts, links: facts.links.map((l) => ({ ...l, flags })) }), 'fail');
});

test('in user space a port may have lost its device without an error', (t) => {
  const facts = dpu();
  const links = facts.links.filter(({ name }) => name !== 'p0');
  const ovs = withBridge(withBridge(facts.ovs, 'brp0', USER_SPACE), 'br-int', USER_SPACE);
  t.is(verdictOf('ovs/ports-up', { ...facts, ovs }), 'pass');
  const lost = judgeNode({ ...facts, links, ovs }, ['ovs'], { role: 'dpu' }).get('ovs/ports-up');
  t.deepEqual(
    lost?.findings.map(({ code, message }) => `${code}: ${message}`),
    ['GONE: p0 is a port of brp0, and no network device of this node'],
  );
  t.is(verdictOf('ovs/ports-up', { ...facts, links }), 'pass');
  const renamed = [...links, aLink('enp3s0f0', { altnames: ['p0'] })];
  t.is(verdictOf('ovs/ports-up', { ...facts, links: renamed, ovs }), 'pass');
});

test('two tunnels of different types may lead to one node, of one type they may not', (t) => {
  const facts = dpu();
  const also = (type: string): NodeFacts => ({
    ...facts,
    ovs: withPort(facts.ovs, 'br-int', { ...aTunnel('ovn-8c1016-1', '192.168.40.111'), type }),
  });
  t.is(verdictOf('ovs/tunnel-endpoints', also('vxlan')), 'pass');
  t.is(verdictOf('ovs/tunnel-endpoints', also('geneve')), 'fail');
});

test('what an uplink takes along, the connection to the southbound database, is no failure of its own', (t) => {
  const facts = { ...dpu(), ovnController: { connection: 'not connected' } };
  const missing = { ...facts, ovs: withInterface(facts.ovs, 'p0', undefined) };
  t.is(verdictOf('ovs/uplink-port', missing), 'fail');
  t.is(verdictOf('ovs/ovn-connected', missing), 'blocked');
  const links = facts.links.map((link) => (link.name === 'p0' ? { ...link, flags: ['BROADCAST'] } : link));
  t.is(verdictOf('ovs/ports-up', { ...facts, links }), 'fail');
  t.is(verdictOf('ovs/ovn-connected', { ...facts, links }), 'blocked');
});
