import test from 'ava';
import type { Hop, HopReading } from '../../../facts/traffic/location.ts';
import { switchDown, switchDownBeyond } from '../../../facts/traffic/reasons/daemons.ts';
import { flowDrops, tunnelUnreachable } from '../../../facts/traffic/reasons/flows.ts';
import { neighbourWrong } from '../../../facts/traffic/reasons/neighbour.ts';
import { claimedTwice, flowsGone, portMissing } from '../../../facts/traffic/reasons/representor.ts';
import type { ChassisScene, Scene } from '../../../facts/traffic/reasons/scene.ts';
import { tooLong } from '../../../facts/traffic/reasons/size.ts';
import { aLink } from '../../helpers/node-facts.ts';
import { aPath, aPod } from '../../helpers/traffic.ts';

const hop = (kind: Hop['kind'], node: string, counter: Hop['counter']): Hop => ({
  kind,
  node,
  name: kind === 'uplink' ? 'p0' : 'port',
  direction: 'request',
  counter,
});

const WAY = [
  hop('representor', 'dpu1', 'rx'),
  hop('ovs-port', 'dpu1', 'rx'),
  hop('tunnel', 'dpu1', 'tx'),
  hop('uplink', 'dpu1', 'tx'),
  hop('uplink', 'dpu2', 'rx'),
  hop('tunnel', 'dpu2', 'rx'),
] as const;

const chassis = (target: string, given: Partial<ChassisScene> = {}): ChassisScene =>
  ({
    // Of the chassis itself these finders read no more.
    chassis: { target, uplink: 'p0', encapIps: ['192.0.2.1'] },
    links: [],
    switchFailure: undefined,
    ...given,
  }) as unknown as ChassisScene;

const scene = (loss: Scene['loss'], given: Partial<Scene> = {}): Scene =>
  ({
    path: aPath(aPod('host1', 1), aPod('host2', 2)),
    loss,
    readings: WAY.map(
      (one): HopReading => ({ hop: one, packets: 0, dropped: undefined, mayPassUncounted: false }),
    ),
    from: {},
    to: {},
    chassis: new Map(['dpu1', 'dpu2'].map((name) => [name, chassis(name)])),
    ...given,
  }) as unknown as Scene;

const HUNG = { switchFailure: { code: 'timeout', message: 'ovs-appctl gave no answer' } } as const;

test('a dead ovs-vswitchd further on is named, where the place itself shows nothing', (t) => {
  const before = { lost: WAY[1], last: WAY[0] };
  const broken = scene(before, {
    chassis: new Map([
      ['dpu1', chassis('dpu1')],
      ['dpu2', chassis('dpu2', HUNG)],
    ]),
  });
  t.is(switchDown(broken), undefined, 'it is not at the place');
  t.like(switchDownBeyond(broken), {
    reason: 'ovs-vswitchd does not answer on dpu2',
    at: WAY[5],
    reach: 'node',
  });
  t.is(switchDownBeyond(scene(before)), undefined);
});

test('what leaves one uplink and is too long is lost before the other, counted or not', (t) => {
  const path = aPath(aPod('host1', 1), aPod('host2', 2), { size: 'mtu' });
  const given = { path, smallPass: true, received: 0 };
  t.like(tooLong(scene({ lost: WAY[5], last: WAY[3] }, given)), {
    reason: 'packets of 1400 bytes are too long on the network between the DPUs: small ones pass',
    at: WAY[4],
  });
  t.is(tooLong(scene({ lost: WAY[3], last: WAY[2] }, given))?.at, undefined);
  t.is(tooLong(scene({ lost: WAY[5], last: WAY[3] }, { path, smallPass: false })), undefined);
});

test('of packets that are too long none passes: where some do, length is not why', (t) => {
  const path = aPath(aPod('host1', 1), aPod('host2', 2), { size: 'mtu' });
  const given = { path, smallPass: true };
  t.truthy(tooLong(scene({ lost: WAY[5], last: WAY[3] }, { ...given, received: 0 })));
  t.is(tooLong(scene({ lost: WAY[5], last: WAY[3] }, { ...given, received: 3 })), undefined);
});

test('a neighbour that does not answer is why where packets are sent to it, not where they arrive', (t) => {
  const silent = (name: string, remote: string) => {
    const tunnel = { name: `tunnel-of-${name}`, options: new Map([['remote_ip', remote]]) };
    const of = { target: name, tunnels: [tunnel] };
    const neighbours = [{ address: remote, device: 'brp0', states: ['FAILED'] }];
    return { ...chassis(name), chassis: of, neighbours } as unknown as ChassisScene;
  };
  const well = (name: string) => ({ ...silent(name, '192.0.2.9'), neighbours: [] });
  const found = (loss: Scene['loss'], failing: string): string | undefined =>
    tunnelUnreachable(
      scene(loss, {
        from: { chassis: 'dpu1' },
        to: { chassis: 'dpu2' },
        chassis: new Map([
          ['dpu1', failing === 'dpu1' ? silent('dpu1', '192.0.2.2') : well('dpu1')],
          ['dpu2', failing === 'dpu2' ? silent('dpu2', '192.0.2.1') : well('dpu2')],
        ]),
      } as unknown as Partial<Scene>),
    )?.reason;
  const request = { lost: WAY[5], last: WAY[3] };
  t.is(
    found(request, 'dpu1'),
    'nobody answers dpu1 for 192.0.2.2, the next hop of the tunnel tunnel-of-dpu1',
  );
  t.is(found(request, 'dpu2'), undefined);
  const reply = { lost: { ...WAY[2], node: 'dpu2', direction: 'reply' as const }, last: undefined };
  t.regex(found(reply, 'dpu2') ?? '', /^nobody answers dpu2 for 192\.0\.2\.1/);
});

test('where no port has the MAC address, that is why the flow drops', (t) => {
  const drop = { bridge: 'br-int', table: 34, flow: 'reg15=0,metadata=0x4, priority 50' };
  const trace = {
    actions: 'drop',
    isDropped: true,
    drop,
    unknownPort: false,
    destinationMac: '0a:58:0a:00:00:09',
  };
  const dropping = { ...chassis('dpu1'), trace } as unknown as ChassisScene;
  const ovs = { bridges: [], openVSwitch: { externalIds: new Map() } };
  const seen = { ...dropping, chassis: { ...dropping.chassis, ovs } } as unknown as ChassisScene;
  const found = flowDrops(scene({ lost: WAY[2], last: WAY[1] }, { chassis: new Map([['dpu1', seen]]) }));
  t.regex(found?.reason ?? '', /priority 50: no logical port has the MAC address 0a:58:0a:00:00:09$/);
});

test('two ports that claim one logical port are named, also on a DPU that the path does not pass', (t) => {
  const ovs = (name: string, remote = 'tcp:192.0.2.9:6642') => ({
    openVSwitch: { externalIds: new Map([['ovn-remote', remote]]) },
    bridges: [
      {
        name: 'br-int',
        externalIds: new Map(),
        ports: [{ name, interfaces: [{ name, externalIds: new Map([['iface-id', 'ns_pod']]) }] }],
      },
    ],
  });
  const own = { ...chassis('dpu1'), chassis: { target: 'dpu1', ovs: ovs('pf0vf1') } };
  const port = { name: 'pf0vf1', externalIds: new Map([['iface-id', 'ns_pod']]) };
  const reasonOf = (remote?: string) =>
    claimedTwice(
      scene({ lost: WAY[1], last: WAY[0] }, {
        from: { chassis: 'dpu1', port },
        to: undefined,
        chassis: new Map([['dpu1', own]]),
        elsewhere: new Map([['dpu7', ovs('pf0vf3', remote)]]),
      } as unknown as Partial<Scene>),
    )?.reason;
  t.is(reasonOf(), 'pf0vf1 of dpu1 and pf0vf3 of dpu7 both claim the logical port ns_pod');
  t.is(reasonOf('tcp:198.51.100.9:6642'), undefined, 'another cluster');
});

test('a port that was installed, and of which no flow knows: its flows are gone', (t) => {
  const reasonOf = (installed: string, inPort: string) => {
    const port = {
      name: 'port',
      bridge: { name: 'br-int' },
      externalIds: new Map([['ovn-installed', installed]]),
    };
    const trace = { unknownPort: true, inPort };
    return flowsGone(
      scene({ lost: WAY[2], last: WAY[1] }, {
        from: { name: 'run/pod1', chassis: 'dpu1', port },
        to: undefined,
        chassis: new Map([['dpu1', { ...chassis('dpu1'), trace }]]),
      } as unknown as Partial<Scene>),
    )?.reason;
  };
  t.is(
    reasonOf('true', 'port'),
    'br-int of dpu1 has no flows for ports that ovn-controller has called installed',
  );
  t.is(reasonOf('false', 'port'), undefined);
  t.is(reasonOf('true', 'another'), undefined);
});

test('a MAC address that the other end of the tunnel does not have is named, on one link alone', (t) => {
  const address = (ip: string) =>
    ({ family: 'inet', address: ip, prefixLength: 24, scope: 'global' }) as const;
  const device = (ip: string, mac: string) => [aLink('brp0', { mac, addresses: [address(ip)] })];
  const ends = { from: { chassis: 'dpu1' }, to: { chassis: 'dpu2' } };
  const of = (given: Partial<ChassisScene>, encapIp = '192.0.2.1') =>
    neighbourWrong(
      scene({ lost: WAY[5], last: WAY[4] }, {
        ...ends,
        chassis: new Map([
          [
            'dpu1',
            chassis('dpu1', {
              chassis: { target: 'dpu1', encapIps: [encapIp] },
              links: device(encapIp, '02:00:00:00:00:01'),
              ...given,
            } as unknown as Partial<ChassisScene>),
          ],
          [
            'dpu2',
            chassis('dpu2', {
              chassis: { target: 'dpu2', encapIps: ['192.0.2.2'] },
              links: device('192.0.2.2', '02:00:00:00:00:02'),
            } as unknown as Partial<ChassisScene>),
          ],
        ]),
      } as unknown as Partial<Scene>),
    );
  const neighbours = (mac: string) => ({
    neighbours: [{ address: '192.0.2.2', device: 'brp0', mac, states: ['PERMANENT'] }],
  });
  const wrong = neighbours('02:00:00:00:00:77');
  t.like(of(wrong), {
    reason:
      'dpu1 sends what goes to 192.0.2.2 to the MAC address 02:00:00:00:00:77, and brp0 of dpu2, which has 192.0.2.2, has 02:00:00:00:00:02',
    reach: 'between-nodes',
  });
  t.is(of(neighbours('02:00:00:00:00:02')), undefined);
  t.is(of(wrong, '198.51.100.1'), undefined, 'a router in between has its own');
  const tunnelTo = { mac: '02:00:00:00:00:77', address: '192.0.2.2' };
  t.truthy(of({ trace: { tunnelTo } as never, neighbours: [] }), 'as Open vSwitch itself has it');
});

test("a receiver's port that is missing is named, where the sender's on the same node is there", (t) => {
  const ovs = {
    openVSwitch: { externalIds: new Map() },
    bridges: [{ name: 'br-int', ports: [{ name: 'pf0vf1', interfaces: [] }] }],
  };
  const place = (name: string, port: unknown) => ({
    ...{ name, node: 'host1', chassis: 'dpu1', interface: 'eth0', port },
    ground: 'no port of br-int has ip_addresses 10.244.1.6',
  });
  const port = (name: string, direction: Hop['direction']): Hop => ({
    ...{ kind: 'ovs-port', node: 'dpu1', name, direction, counter: 'rx' },
  });
  const loss = { lost: port('port of host1', 'reply'), last: port('pf0vf1', 'request') };
  const own = chassis('dpu1', { chassis: { target: 'dpu1', ovs } } as unknown as Partial<ChassisScene>);
  const given = {
    ...{ from: place('a', { name: 'pf0vf1' }), to: place('b', undefined) },
    chassis: new Map([['dpu1', own]]),
  } as unknown as Partial<Scene>;
  t.is(portMissing(scene(loss, given))?.reason, 'no port of br-int has ip_addresses 10.244.1.6 on dpu1');
});
