import test from 'ava';
import fc from 'fast-check';
import { culprits } from '../../../facts/traffic/culprits.ts';
import type { Hop, Location } from '../../../facts/traffic/location.ts';
import type { PathMeasurement } from '../../../facts/traffic/measurement.ts';
import type { Endpoint, Path } from '../../../facts/traffic/path.ts';
import { scopesOf, traitOf } from '../../../facts/traffic/scopes.ts';

const pod = (name: string, host: number): Endpoint => ({
  kind: 'netns',
  name: `host${host}:${name}`,
  node: `host${host}`,
  dpu: `dpu${host}`,
  addresses: [],
  interface: 'eth0',
  mtu: 1400,
  hostNetwork: false,
});

const path = (from: Endpoint, to: Endpoint, size: Path['size'] = 'small'): Path => ({
  id: `${from.name} ${to.name} ${size}`,
  kind: from.node === to.node ? 'pod-to-pod-on-node' : 'pod-to-pod',
  protocol: 'icmp',
  family: 4,
  from,
  to: { name: to.name, address: to.name, endpoint: to, node: to.node },
  size,
});

const measured = (one: Path, received: number, location?: Partial<Location>): PathMeasurement => ({
  path: one,
  exchange: {
    ok: true,
    value: {
      protocol: 'icmp',
      sent: 5,
      received,
      rtt: undefined,
      tooLong: false,
      errors: [],
      durationMs: 1,
      evidence: [],
    },
  },
  ...(location === undefined
    ? {}
    : {
        location: {
          ok: true,
          value: {
            sent: 20,
            received: 0,
            readings: [],
            lost: undefined,
            last: undefined,
            reason: undefined,
            evidence: [],
            ...location,
          },
        },
      }),
});

const hop = (node: string, kind: Hop['kind'], name: string, more: Partial<Hop> = {}): Hop => ({
  ...{ node, kind, name, direction: 'request', counter: 'rx' },
  ...more,
});

/** Pings between two pods on each of so many hosts, each with each. */
function matrix(
  hosts: number,
  works: (one: Path) => boolean,
  locate: (one: Path) => Partial<Location> | undefined = () => undefined,
  sizes: readonly Path['size'][] = ['small'],
): readonly PathMeasurement[] {
  const pods = Array.from({ length: hosts }, (_, host) =>
    ['a', 'b'].map((name) => pod(name, host + 1)),
  ).flat();
  return sizes.flatMap((size) =>
    pods.flatMap((from) =>
      pods
        .filter((to) => to !== from)
        .map((to) => {
          const one = path(from, to, size);
          return works(one) ? measured(one, 5) : measured(one, 0, locate(one));
        }),
    ),
  );
}

const touches =
  (name: string) =>
  ({ from, to }: Path): boolean =>
    from.name === name || to.name === name;
const touchesHost =
  (host: string) =>
  ({ from, to }: Path): boolean =>
    from.node === host || to.node === host;

test('a place that was seen on one path explains all that fail with its endpoint', (t) => {
  const isBroken = touches('host1:a');
  const all = matrix(
    3,
    (one) => !isBroken(one),
    ({ id }) =>
      id === 'host1:a host2:a small'
        ? {
            lost: hop('dpu1', 'representor', 'pf0vf1'),
            reason: 'the representor pf0vf1 of dpu1 is down',
            reach: 'endpoint',
            remedy: 'ip link set pf0vf1 up',
          }
        : undefined,
  );
  const [culprit, ...others] = culprits(all);
  t.deepEqual(others, []);
  t.is(culprit?.title, 'the representor pf0vf1 of dpu1 is down');
  t.is(culprit?.first, 'host1:a host2:a small');
  t.is(culprit?.paths.length, 10);
  t.is(culprit?.remedy, 'ip link set pf0vf1 up');
});

test('a node of which nothing works is one culprit, and the others are none', (t) => {
  const found = culprits(matrix(4, (one) => !touchesHost('host2')(one)));
  t.deepEqual(
    found.map(({ id, title }) => [id, title]),
    [['node host2', 'all packets to and from host2 are lost']],
  );
});

test('a node whose pods reach each other is cut off from the others', (t) => {
  const found = culprits(matrix(3, (one) => !touchesHost('host2')(one) || one.kind === 'pod-to-pod-on-node'));
  t.deepEqual(
    found.map(({ id }) => id),
    ['leaving host2'],
  );
});

test('what fails between two nodes is neither node', (t) => {
  const found = culprits(matrix(3, ({ from, to }) => [from.node, to.node].sort().join() !== 'host1,host3'));
  t.deepEqual(
    found.map(({ id, title, paths }) => [id, title, paths.length]),
    [['pair host1 host3', 'packets are lost between host1 and host3 (pod-to-pod)', 8]],
  );
});

test('of two nodes, between which nothing passes, neither is blamed', (t) => {
  const found = culprits(matrix(2, ({ kind }) => kind === 'pod-to-pod-on-node'));
  t.deepEqual(
    found.map(({ id }) => id),
    ['pair host1 host2'],
  );
});

test('a kind of paths that fails on all nodes is blamed on no node', (t) => {
  const node = (host: number): Endpoint => ({ ...pod('', host), kind: 'node', name: `host${host}` });
  const toNodes = [1, 2, 3].flatMap((host) =>
    ['a', 'b'].map((name) =>
      measured({ ...path(pod(name, host), node(host)), kind: 'pod-to-node' }, 0, {
        last: hop(`dpu${host}`, 'ovs-port', name),
        lost: hop(`dpu${host}`, 'ovs-port', name, { direction: 'reply', counter: 'tx' }),
      }),
    ),
  );
  const found = culprits([...matrix(3, () => true), ...toNodes]);
  t.deepEqual(
    found.map(({ id, title, paths }) => [id, title, paths.length]),
    [['kind pod-to-node', 'packets are lost on every path of the kind pod-to-node, on all nodes', 6]],
  );
});

test('only long packets fail: the title says so', (t) => {
  const found = culprits(
    matrix(2, ({ kind, size }) => kind === 'pod-to-pod-on-node' || size === 'small', undefined, [
      'small',
      'mtu',
    ]),
  );
  t.deepEqual(
    found.map(({ title }) => title),
    ['packets at the MTU are lost between host1 and host2 (pod-to-pod)'],
  );
});

test('a wire on which both directions are lost is one culprit', (t) => {
  const uplink = (dpu: string, counter: Hop['counter']) => hop(dpu, 'uplink', 'p0', { counter });
  const found = culprits(
    matrix(
      2,
      ({ kind }) => kind === 'pod-to-pod-on-node',
      ({ from }) => {
        const [own, other] = from.node === 'host1' ? ['dpu1', 'dpu2'] : ['dpu2', 'dpu1'];
        return { last: uplink(own, 'tx'), lost: uplink(other, 'rx') };
      },
    ),
  );
  t.deepEqual(
    found.map(({ id, paths }) => [id, paths.length]),
    [['wire dpu1 dpu2', 8]],
  );
  t.is(found[0]?.title, 'packets vanish between the uplink p0 of dpu1 and the uplink p0 of dpu2');
});

test('two things that are broken are two culprits', (t) => {
  const [one, other] = [touches('host1:a'), touches('host2:b')];
  const found = culprits(
    matrix(
      3,
      (path) => !one(path) && !other(path),
      (path) =>
        one(path)
          ? {
              lost: hop(
                'dpu1',
                'representor',
                'pf0vf1',
                one(path) && path.from.name === 'host1:a' ? {} : { counter: 'tx' },
              ),
              reason: 'down',
            }
          : { lost: hop('dpu2', 'ovs-port', 'pf0vf2', { counter: 'tx' }), reason: 'unbound' },
    ),
  );
  t.deepEqual(
    found.map(({ reason }) => reason),
    ['down', 'unbound'],
  );
});

test('one failing path that nobody looked at has no culprit; nor has what works, or is sent over the MTU', (t) => {
  const all = matrix(3, ({ id }) => id !== 'host1:a host2:a small');
  t.deepEqual(culprits(all), []);
  t.deepEqual(culprits(matrix(2, () => true)), []);
  t.deepEqual(culprits(matrix(2, () => false, undefined, ['over-mtu'])), []);
});

test('nothing is blamed that a working path of the same kind has in common; each path belongs to one culprit at most', (t) => {
  const outcomes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(outcomes, (drawn) => {
      let at = 0;
      const all = matrix(
        3,
        () => (drawn[at++ % 30] ?? 0) > 1,
        ({ from }) =>
          (drawn[at % 30] ?? 0) === 0 ? { lost: hop(from.dpu ?? '', 'tunnel', 'ovn-0') } : undefined,
      );
      const found = culprits(all);
      const told = found.flatMap(({ paths }) => paths);
      t.is(new Set(told).size, told.length);
      const byId = new Map(all.map((one) => [one.path.id, one]));
      const works = all.filter(({ exchange }) => exchange.ok && exchange.value.received > 0);
      for (const { id, paths, first } of found) {
        t.true(paths.includes(first));
        if (/^(place|reason|wire) /.test(id)) continue;
        for (const member of paths) {
          const one = byId.get(member)?.path;
          if (one === undefined) return t.fail(member);
          t.false(
            works.some(({ path }) =>
              scopesOf(path).some(
                ({ key, kind }) => key === id && traitOf(path, kind) === traitOf(one, kind),
              ),
            ),
          );
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** Between the ports of two pods: the first packet's port has seen it, the other's has not. */
const portOf = (node: string, name: string, counter: Hop['counter']): Hop => ({
  kind: 'ovs-port',
  node,
  name,
  direction: 'request',
  counter,
});

test('what is lost between the ports of two pods is blamed on the one whose other paths fail', (t) => {
  const [a, b, far] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const lost = {
    last: portOf('dpu1', 'pf0vf1', 'rx'),
    lost: portOf('dpu1', 'pf0vf2', 'tx'),
    reason: 'a flow drops it',
    reach: 'endpoint',
  } as const;
  const all = [
    measured(path(a, b), 0, lost),
    measured(path(b, a), 0),
    measured(path(a, far), 0),
    measured(path(far, a), 0),
    measured(path(b, far), 5),
    measured(path(far, b), 5),
  ];
  const [one, ...others] = culprits(all);
  t.deepEqual(others, []);
  t.is(one?.paths.length, 4);
});

test('pods of one node call their interfaces alike, and are two places', (t) => {
  const [a, b, far] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const at = (of: string): Partial<Location> => ({
    lost: { kind: 'interface', node: 'host1', name: 'eth0', of, direction: 'request', counter: 'tx' },
  });
  const found = culprits([
    measured(path(a, far), 0, at('host1:a')),
    measured(path(b, far), 0, at('host1:b')),
  ]);
  t.deepEqual(
    found.map(({ id }) => id),
    ['place host1:a eth0', 'place host1:b eth0'],
  );
  t.regex(found[0]?.title ?? '', /eth0 of host1:a$/);
});

test('where long packets alone are lost, a TCP connection that is made and starves is lost by the same', (t) => {
  const [a, far] = [pod('a', 1), pod('c', 2)];
  const tcp: Path = { ...path(far, a), id: 'tcp', protocol: 'tcp' };
  const starved = (connected: boolean): PathMeasurement => ({
    path: tcp,
    exchange: {
      ok: true,
      value: {
        ...{ protocol: 'tcp', connected, sent: 16_500, received: connected ? 1023 : 0 },
        ...{ why: 'timed out', durationMs: 1, evidence: [] },
      },
    },
  });
  const long = measured(path(a, far, 'mtu'), 0, {
    lost: { kind: 'uplink', node: 'dpu1', name: 'p0', direction: 'request', counter: 'tx' },
    reason: 'the MTU of p0 is too small',
  });
  t.deepEqual(culprits([long, starved(true)])[0]?.paths, [long.path.id, 'tcp']);
  t.deepEqual(culprits([long, starved(false)])[0]?.paths, [long.path.id]);
});

test('of a place that drops some packets and not others, a path that came through says nothing', (t) => {
  const [a, b, far] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const lost: Hop = {
    kind: 'interface',
    node: 'host1',
    name: 'eth0',
    of: a.name,
    direction: 'reply',
    counter: 'tx',
  };
  const all = (isLossy: boolean) => [
    measured(path(b, a), 3, { lost, reason: 'its queue is full', reach: 'endpoint', received: 12, isLossy }),
    measured(path(far, a), 0),
    measured({ ...path(far, a), id: 'another of the kind' }, 5),
  ];
  t.is(culprits(all(true))[0]?.paths.length, 2);
  t.is(culprits(all(false))[0]?.paths.length, 1);
});

test('a full queue that was seen to drop long packets explains small ones, too', (t) => {
  const [a, b, far] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const lost: Hop = {
    kind: 'interface',
    node: 'host1',
    name: 'eth0',
    of: a.name,
    direction: 'request',
    counter: 'tx',
  };
  const found = (isLossy: boolean) =>
    culprits([
      measured(path(a, b, 'mtu'), 0, { lost, reason: 'its queue is full', reach: 'endpoint', isLossy }),
      measured(path(a, far), 0),
    ]);
  t.is(found(true)[0]?.paths.length, 2);
  t.is(found(false)[0]?.paths.length, 1);
});

test('connections that are refused are not called lost', (t) => {
  const [a, b, far] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const refused = (from: Endpoint): PathMeasurement => ({
    path: { ...path(from, far), id: from.name, protocol: 'tcp' },
    exchange: {
      ok: true,
      value: {
        ...{ protocol: 'tcp', connected: false, sent: 16_500, received: 0 },
        ...{ why: 'connection refused', durationMs: 1, evidence: [] },
      },
    },
  });
  t.regex(culprits([refused(a), refused(b)])[0]?.title ?? '', /^TCP connections .*are refused/);
});

test('what drops one protocol alone explains no loss of another', (t) => {
  const [a, b, c] = [pod('a', 1), pod('b', 1), pod('c', 2)];
  const tcp = (from: Endpoint, to: Endpoint, passes: boolean): PathMeasurement => ({
    path: { ...path(from, to), id: `${from.name} ${to.name} tcp`, protocol: 'tcp' },
    exchange: {
      ok: true,
      value: {
        ...{ protocol: 'tcp', connected: passes, sent: 100, received: passes ? 100 : 0 },
        ...{ why: passes ? undefined : 'timed out', durationMs: 1, evidence: [] },
      },
    },
  });
  const drops = { lost: hop('dpu1', 'ovs-port', 'pf0vf1', { direction: 'reply', counter: 'tx' }) };
  const ping = measured(path(a, b), 0, { ...drops, reason: 'a flow drops ICMP', reach: 'endpoint' });
  const ofFirst = (passes: boolean) =>
    culprits([ping, tcp(a, b, passes), tcp(a, c, false)]).find(({ paths }) => paths.includes(ping.path.id));
  t.deepEqual(ofFirst(true)?.paths, [ping.path.id]);
  t.deepEqual(ofFirst(false)?.paths, [ping.path.id, 'host1:a host1:b tcp', 'host1:a host2:c tcp']);
});

test('a sender that is broken explains nothing of what others send to the same destination', (t) => {
  const to: Path['to'] = { name: 'gateway', address: '192.0.2.1' };
  const toGateway = (from: Endpoint): Path => ({
    ...path(from, from),
    ...{ id: `${from.name} gateway`, kind: 'pod-to-gateway', to },
  });
  const [a, b] = [pod('a', 1), pod('b', 1)];
  const lost = hop('host1', 'interface', 'eth0', { of: a.name, counter: 'tx' });
  const down = measured(toGateway(a), 0, { lost, reason: 'eth0 is down', reach: 'endpoint' });
  t.deepEqual(culprits([down, measured(toGateway(b), 0)])[0]?.paths, [down.path.id]);
});

test('the management port of a node explains nothing of what reaches the node from outside', (t) => {
  const node: Endpoint = { ...pod('', 2), kind: 'node', name: 'host2' };
  const [a, far] = [pod('a', 2), pod('b', 1)];
  const lost = hop('dpu2', 'representor', 'ovn-k8s-mp0', { of: 'host2' });
  const inside: Path = { ...path(node, a), id: 'inside', kind: 'node-to-pod' };
  const outside: Path = { ...path(far, node), id: 'outside', kind: 'pod-to-other-node' };
  const down = { lost, reason: 'ovn-k8s-mp0 is down', reach: 'endpoint' } as const;
  t.deepEqual(culprits([measured(inside, 0, down), measured(outside, 0)])[0]?.paths, ['inside']);
});
