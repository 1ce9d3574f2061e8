import test from 'ava';
import type { EndState } from '../../../facts/traffic/end-state.ts';
import type { Hop } from '../../../facts/traffic/location.ts';
import {
  duplicateAddress,
  interfaceDown,
  mtuApart,
  neverSent,
  nextHopSilent,
  noRoute,
  notAsGiven,
  notTaken,
  sendingRefused,
} from '../../../facts/traffic/reasons/ends.ts';
import type { EndScene, Scene } from '../../../facts/traffic/reasons/scene.ts';
import { aPath, aPod } from '../../helpers/traffic.ts';

const [A, B] = [aPod('host1', 1), aPod('host2', 2)];

const PORT = {
  name: 'pf0vf1',
  externalIds: new Map([
    ['attached_mac', '0a:58:0a:f4:01:05'],
    ['ip_addresses', '10.244.1.5/24'],
  ]),
};

const STATE: EndState = {
  interfaces: [
    {
      name: 'eth0',
      mac: '0A:58:0a:f4:01:05',
      mtu: 1400,
      up: true,
      addresses: ['10.244.1.5/24', 'fe80::1/64'],
    },
  ],
  route: { kind: 'route', device: 'eth0', via: '10.244.1.1' },
  neighbours: [{ address: '10.244.1.1', device: 'eth0', states: ['REACHABLE'] }],
};

const end = (state: Partial<EndState> = {}): EndScene =>
  ({
    place: { name: A.name, node: 'host1', interface: 'eth0', chassis: 'dpu1', port: PORT },
    state: { ...STATE, ...state },
    queueDrops: new Map(),
  }) as unknown as EndScene;

const eth0 = (counter: Hop['counter'], direction: Hop['direction'], of: string): Hop => ({
  ...{ kind: 'interface', node: 'host1', name: 'eth0', counter, direction, of },
});

const OVS_PORT: Hop = { kind: 'ovs-port', node: 'dpu1', name: 'pf0vf1', counter: 'rx', direction: 'request' };

/** Packets get as far as the sender's representor. */
const scene = (state: Partial<EndState>, given: Partial<Scene> = {}): Scene =>
  ({
    path: aPath(A, B),
    loss: { lost: OVS_PORT, last: undefined },
    from: end().place,
    to: undefined,
    ends: { from: end(state) },
    endpoints: [A, B],
    refusals: [],
    ...given,
  }) as unknown as Scene;

const own = { kind: 'interface', node: 'host1', of: A.name } as const;
const [healthy] = STATE.interfaces;

test('an end at which all is as it was given shows nothing', (t) => {
  for (const find of [
    interfaceDown,
    notAsGiven,
    duplicateAddress,
    noRoute,
    nextHopSilent,
    sendingRefused,
    notTaken,
  ])
    t.is(find(scene({})), undefined, find.name);
});

test('another MAC address, another address and another prefix than were given', (t) => {
  const reasonOf = (changed: object) =>
    notAsGiven(scene({ interfaces: [{ ...healthy, ...changed } as EndState['interfaces'][number]] }));
  t.like(reasonOf({ mac: '0a:58:0a:f4:01:99' }), {
    reason:
      'eth0 of run/pod1 has the MAC address 0a:58:0a:f4:01:99, where OVN-Kubernetes gave it 0a:58:0a:f4:01:05',
    at: own,
  });
  t.like(reasonOf({ addresses: ['10.244.1.77/24'] }), {
    reason: 'eth0 of run/pod1 has 10.244.1.77/24, where OVN-Kubernetes gave it 10.244.1.5/24',
  });
  t.like(reasonOf({ addresses: ['10.244.1.5/16'] }), {
    reason: 'eth0 of run/pod1 has 10.244.1.5/16, where OVN-Kubernetes gave it 10.244.1.5/24',
  });
  t.is(reasonOf({ addresses: ['10.244.1.5/24', '10.0.0.9/8'] }), undefined, 'one more does no harm');
});

test('an interface that is down, and no route', (t) => {
  t.like(interfaceDown(scene({ interfaces: [{ ...healthy, up: false } as never] })), {
    reason: 'eth0 of run/pod1 is down',
  });
  t.like(noRoute(scene({ route: { kind: 'none', why: 'network is unreachable' } })), {
    reason: 'run/pod1 has no route to the network of 10.244.2.5',
    at: own,
  });
  t.like(noRoute(scene({ route: { kind: 'route', device: 'net1', via: undefined } })), {
    reason: 'run/pod1 sends what goes to pods by net1, not by eth0',
  });
});

test('a next hop that does not answer, behind a gateway or not', (t) => {
  const silent = (address: string, via: string | undefined) =>
    nextHopSilent(
      scene({
        route: { kind: 'route', device: 'eth0', via },
        neighbours: [{ address, device: 'eth0', states: ['FAILED'] }],
      }),
    );
  t.is(silent('10.244.1.77', '10.244.1.77')?.reason, 'nobody answers run/pod1 for 10.244.1.77, its next hop');
  t.regex(silent('10.244.2.5', undefined)?.reason ?? '', /which its routes hold to be on the link of eth0$/);
  t.is(silent('10.244.1.77', '10.244.1.1'), undefined, 'another one than it sends to');
});

test('what arrives and is not answered, and answers that are not taken', (t) => {
  const arrived = { lost: eth0('tx', 'reply', B.name), last: eth0('rx', 'request', B.name) };
  const there = { ...end(), place: { ...end().place, name: B.name } };
  const given = { loss: arrived, ends: { to: there } };
  t.is(notTaken(scene({}, given))?.reason, 'packets arrive at eth0 of run/pod2, which discards them');
  t.is(
    notTaken(scene({}, { loss: { lost: undefined, last: eth0('rx', 'reply', A.name) } }))?.reason,
    'packets arrive at eth0 of run/pod1, which discards them',
  );
});

test('a node that takes in what it is sent from outside, and does not answer', (t) => {
  const node = { ...aPod('host2', 2), kind: 'node', name: 'host2' } as const;
  const pf = (counter: Hop['counter'], direction: Hop['direction']): Hop => ({
    ...{ kind: 'interface', node: 'host2', name: 'enp3s0', of: 'host2', counter, direction },
  });
  const path = aPath(A, node, { kind: 'pod-to-other-node' });
  const arrived = { lost: pf('tx', 'reply'), last: pf('rx', 'request') };
  t.like(notTaken(scene({}, { path, loss: arrived, ends: {} })), {
    reason: 'packets arrive at host2, whose own system discards them',
    reach: 'destination',
  });
});

test('a firewall that lets nothing out, without a word', (t) => {
  const lost = eth0('tx', 'request', A.name);
  const reading = (packets: number) => [{ hop: lost, packets, dropped: undefined, mayPassUncounted: false }];
  const given = { loss: { lost, last: undefined } };
  t.is(
    neverSent(scene({}, { ...given, readings: reading(0) }))?.reason,
    'nothing of it is sent on eth0 of run/pod1, whose own system keeps it back',
  );
  t.is(neverSent(scene({}, { ...given, readings: reading(2) })), undefined);
});

test('an address that two pods have', (t) => {
  const twin = { ...aPod('host1', 3), addresses: ['10.244.3.5', '10.244.1.5'] };
  t.is(
    duplicateAddress(scene({}, { endpoints: [A, B, twin] }))?.reason,
    'run/pod1 and run/pod3 both have the address 10.244.1.5',
  );
});

test('a sender that refuses', (t) => {
  const refused = (error: string) => sendingRefused(scene({}, { refusals: [error] }))?.reason;
  t.is(refused('sendmsg: Operation not permitted'), "a firewall in run/pod1 doesn't let the packets out");
  t.is(refused('sendmsg: No buffer space available'), 'the queue of eth0 in run/pod1 is full');
});

test('one MTU that is not that of the others is named, whichever way it differs', (t) => {
  const C = aPod('host1', 3);
  const reasonOf = (from: typeof A, to: typeof A, all: readonly (typeof A)[]) =>
    mtuApart(
      scene(
        {},
        {
          path: aPath(from, to, { size: 'mtu' }),
          smallPass: true,
          endpoints: all,
          to: { name: to.name } as never,
        },
      ),
    )?.reason;
  const large = { ...A, mtu: 1500 };
  t.is(reasonOf(large, B, [large, B, C]), 'the MTU of run/pod1 is 1500, and that of other pods 1400');
  const small = { ...B, mtu: 1300 };
  t.is(reasonOf(A, small, [A, small, C]), 'the MTU of run/pod2 is 1300, and that of other pods 1400');
  t.is(reasonOf(large, B, [large, B]), undefined, 'nobody can say which of two is wrong');
  t.is(reasonOf(A, B, [A, B, C]), undefined);
});
