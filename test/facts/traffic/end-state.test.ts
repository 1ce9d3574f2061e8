import test from 'ava';
import fc from 'fast-check';
import { parseInterfaces, parseNeighbours, parseRoute } from '../../../facts/traffic/end-state.ts';
import { hostileText } from '../../helpers/hostile.ts';

const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UP group default qlen 1000
    link/ether 0a:58:0a:e9:41:04 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet 10.233.65.4/24 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 fe80::858:aff:fee9:4104/64 scope link
       valid_lft forever preferred_lft forever
3: net1: <BROADCAST,MULTICAST> mtu 9000 qdisc noop state DOWN qlen 1000
    link/ether 0a:58:0a:e9:41:05 brd ff:ff:ff:ff:ff:ff
`;

test('interfaces with their addresses, as iproute2 and busybox print them', (t) => {
  const [lo, eth0, net1] = parseInterfaces(ADDR);
  t.like(lo, { name: 'lo', mac: undefined, up: true, addresses: ['127.0.0.1/8'] });
  t.deepEqual(eth0, {
    name: 'eth0',
    mac: '0a:58:0a:e9:41:04',
    mtu: 1400,
    up: true,
    addresses: ['10.233.65.4/24', 'fe80::858:aff:fee9:4104/64'],
  });
  t.like(net1, { name: 'net1', mtu: 9000, up: false, addresses: [] });
});

test('a route, one without a gateway, one to itself, and none', (t) => {
  const said = (stdout: string, exitCode = 0, stderr = '') =>
    parseRoute({ command: 'ip route get', exitCode, stdout, stderr });
  t.deepEqual(said('10.233.66.4 via 10.233.65.1 dev eth0 src 10.233.65.4 uid 0 \n    cache \n'), {
    kind: 'route',
    device: 'eth0',
    via: '10.233.65.1',
  });
  t.like(said('10.233.66.4 dev eth0 src 10.233.65.4'), { device: 'eth0', via: undefined });
  t.like(said('10.0.0.1 via inet6 fe80::1 dev eth0'), { via: 'fe80::1' });
  t.deepEqual(said('local 10.233.65.4 dev lo src 10.233.65.4'), { kind: 'local' });
  for (const what of [
    'RTNETLINK answers: Network is unreachable',
    'ip: RTNETLINK answers: Network is unreachable',
  ])
    t.deepEqual(said('', 2, what), { kind: 'none', why: 'network is unreachable' });
  t.deepEqual(
    said('unreachable fd66::4 from :: dev lo proto kernel src fd65::4 metric 4294967295 error -101'),
    {
      kind: 'none',
      why: 'the route is of type unreachable',
    },
  );
  t.is(said('', 127, 'sh: ip: not found'), undefined);
  t.is(said(''), undefined);
});

test('neighbours by their last word', (t) => {
  const text = `10.233.65.77 dev eth0  FAILED
10.233.65.1 dev eth0 lladdr 0a:58:0a:e9:41:01 REACHABLE
fe80::1 dev eth0 lladdr 0a:58:0a:e9:41:01 router used 0/0/0 probes 1 STALE
`;
  t.deepEqual(
    parseNeighbours(text).map(({ address, states }) => [address, ...states]),
    [
      ['10.233.65.77', 'FAILED'],
      ['10.233.65.1', 'REACHABLE'],
      ['fe80::1', 'STALE'],
    ],
  );
});

test('nothing makes them throw', (t) => {
  fc.assert(
    fc.property(hostileText, (stdout) => {
      parseInterfaces(stdout);
      parseNeighbours(stdout);
      parseRoute({ command: 'ip', exitCode: 0, stdout, stderr: stdout });
      t.pass();
    }),
  );
});
