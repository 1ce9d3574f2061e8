import process from 'node:process';
import test from 'ava';
import type { Hop, Location } from '../../facts/traffic/location.ts';
import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import type { OpenContext } from '../../traffic/context.ts';
import { locate } from '../../traffic/locate/locate.ts';
import { resend } from '../../traffic/locate/resend.ts';
import { type FaultTarget, findFault, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { pathBetween, trafficContext } from './traffic-context.ts';

/* Where the packets of pings between two pods vanish, for each thing that can be broken on their way. */

let lab: NetnsLab;
let context: OpenContext;
let endpoint: (name: string) => Endpoint;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-traffic-faults-${process.pid}`, topology: 'bluefield', pods: true });
  ({ context, endpoint } = await trafficContext(lab.inventoryFile));
});

test.after.always(async () => {
  await context?.close();
  await lab?.down();
});

const between = (size: Path['size'] = 'small', to = 'host2:pod1'): Path =>
  pathBetween(endpoint('host1:pod1'), endpoint(to), { size });

/** The location, with the hops that it was made from where that fails. */
async function located(path: Path, partly = false): Promise<Location> {
  const outcome = await locate(path, context, { partly });
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome.value;
}

const shown = ({ readings, last, lost, reason, sent, received }: Location): string =>
  [
    `${received} of ${sent}, last ${describe(last)}, lost ${describe(lost)}, ${reason}`,
    ...readings.map(({ hop, packets }) => `${describe(hop)}: ${packets}`),
  ].join('\n');

const describe = (hop: Hop | undefined): string =>
  hop === undefined ? 'none' : `${hop.direction} ${hop.kind} ${hop.node} ${hop.counter}`;

const works = (path: Path): Promise<void> =>
  waitFor(`packets from ${path.from.name} to ${path.to.name}`, async () => {
    const resent = await resend(path, 4, context);
    return resent.ok && resent.value.received === resent.value.sent;
  });

for (const [to, size] of [
  ['host2:pod1', 'small'],
  ['host2:pod1', 'mtu'],
  ['host1:pod2', 'small'],
] as const)
  test.serial(
    `nothing is located on a way that works: to ${to}, ${size}, and every hop has counted`,
    async (t) => {
      const path = between(size, to);
      await works(path);
      const found = await located(path);
      t.is(found.lost, undefined, shown(found));
      t.is(found.received, found.sent);
      t.is(found.readings.length, to === 'host2:pod1' ? 20 : 12);
      for (const { hop, packets } of found.readings)
        t.true((packets ?? 0) >= found.sent * 0.75, `${describe(hop)}\n${shown(found)}`);
    },
  );

const host: Endpoint = {
  ...{ kind: 'node', name: 'host1', node: 'host1', dpu: 'dpu1', addresses: ['10.233.65.2'] },
  ...{ interface: undefined, mtu: undefined, hostNetwork: true },
};

test.serial('the ways between pods and management ports are known from end to end', async (t) => {
  const pod = endpoint('host2:pod1');
  const ways: readonly Path[] = [
    pathBetween(host, pod, { kind: 'node-to-pod' }),
    pathBetween(pod, host, {
      kind: 'pod-to-management-port',
      to: { name: 'host1', address: '10.233.65.2', node: 'host1' },
    }),
  ];
  for (const path of ways) {
    await works(path);
    const found = await located(path);
    t.is(found.lost, undefined, shown(found));
    t.is(found.readings.length, 20, shown(found));
    t.true(
      found.readings.some(
        ({ hop }) => hop.kind === 'interface' && hop.name === 'ovn-k8s-mp0' && hop.node === 'host1',
      ),
    );
    for (const { packets } of found.readings) t.not(packets, 0, shown(found));
  }
});

interface Expected {
  readonly fault: string;
  readonly target?: FaultTarget;
  readonly size?: Path['size'];
  readonly to?: string;
  readonly partly?: true;
  /** The first hop that did not see the packets, and the last that did. */
  readonly lost: string | readonly string[];
  /** Left out where it is a device that other packets pass, which may be too many to tell. */
  readonly last?: string;
  readonly reason: RegExp;
}

const EXPECTED: readonly Expected[] = [
  {
    fault: 'representor-down',
    lost: 'request representor dpu1 rx',
    last: 'none',
    reason: /^the representor pf0vf1 of dpu1 is down$/,
  },
  {
    fault: 'representor-down',
    target: { pair: 2 },
    lost: 'request representor dpu2 tx',
    last: 'request ovs-port dpu2 tx',
    reason: /^the representor pf0vf1 of dpu2 is down$/,
  },
  {
    fault: 'representor-not-in-bridge',
    lost: 'request ovs-port dpu1 rx',
    last: 'request interface host1 tx',
    reason: /^no port of br-int has ip_addresses 10\.233\.65\.4 on dpu1$/,
  },
  {
    fault: 'iface-id-wrong',
    // The second where the sender no longer knows its gateway's MAC address, for which nobody answers now.
    lost: ['request tunnel dpu1 tx', 'request ovs-port dpu1 rx'],
    reason: /^no logical port is bound to pf0vf1 of dpu1: its iface-id is wrong$/,
  },
  {
    fault: 'iface-id-wrong',
    target: { pair: 2 },
    lost: 'request ovs-port dpu2 tx',
    last: 'request ovs-port dpu1 rx',
    reason: /^no logical port is bound to pf0vf1 of dpu2: its iface-id is wrong$/,
  },
  {
    fault: 'iface-id-wrong',
    target: { index: 2 },
    to: 'host1:pod2',
    lost: 'request ovs-port dpu1 tx',
    last: 'request ovs-port dpu1 rx',
    reason: /^no logical port is bound to pf0vf2 of dpu1: its iface-id is wrong$/,
  },
  {
    fault: 'vswitchd-killed',
    lost: 'request ovs-port dpu1 rx',
    last: 'request representor dpu1 rx',
    reason: /^ovs-vswitchd is not running on dpu1$/,
  },
  {
    fault: 'vswitchd-hung',
    target: { pair: 2 },
    lost: 'request tunnel dpu2 rx',
    reason: /^ovs-vswitchd does not answer on dpu2$/,
  },
  {
    fault: 'ovn-controller-stopped',
    lost: 'request tunnel dpu1 tx',
    last: 'request ovs-port dpu1 rx',
    reason: /^ovn-controller is not running on dpu1, and no tunnel of dpu1 leads to 192\.168\.41\.128/,
  },
  {
    fault: 'encap-ip-wrong',
    target: { pair: 2 },
    lost: 'request tunnel dpu2 rx',
    last: 'request ovs-port dpu1 rx',
    reason: /^no device of dpu2 has its encap address 192\.168\.41\.250$/,
  },
  {
    fault: 'tunnel-remote-wrong',
    lost: 'request tunnel dpu1 tx',
    last: 'request ovs-port dpu1 rx',
    reason: /^no tunnel of dpu1 leads to 192\.168\.41\.128, the encap address of dpu2$/,
  },
  {
    fault: 'underlay-route-missing',
    lost: 'request tunnel dpu1 tx',
    last: 'request ovs-port dpu1 rx',
    reason: /^dpu1 has no route to 192\.168\.41\.128, the remote end of the tunnel$/,
  },
  {
    fault: 'underlay-route-missing',
    target: { pair: 2 },
    lost: 'reply tunnel dpu2 tx',
    last: 'reply ovs-port dpu2 rx',
    reason: /^dpu2 has no route to 192\.168\.41\.127, the remote end of the tunnel$/,
  },
  {
    fault: 'uplink-not-in-bridge',
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^the uplink p0 is in no bridge to the outside on dpu1$/,
  },
  {
    fault: 'uplink-not-in-bridge',
    target: { pair: 2 },
    lost: 'request tunnel dpu2 rx',
    reason: /^the uplink p0 is in no bridge to the outside on dpu2$/,
  },
  {
    fault: 'uplink-down',
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^the uplink p0 of dpu1 is down$/,
  },
  {
    fault: 'underlay-mtu',
    target: { pair: 2 },
    size: 'mtu',
    lost: 'request uplink dpu2 rx',
    reason: /^packets of 1400 bytes are too long on the network between the DPUs: small ones pass$/,
  },
  {
    fault: 'underlay-mtu',
    size: 'mtu',
    // The other end of a veth pair refuses what is longer than its own MTU, and then the packet has not been sent.
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^packets of 1400 bytes are too long on the network between the DPUs: small ones pass$/,
  },
  {
    fault: 'uplink-mtu',
    size: 'mtu',
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^the MTU of p0 on dpu1 is 1400, and packets of 1400 bytes need 1458 there$/,
  },
  {
    fault: 'flow-drops',
    target: { pair: 2 },
    lost: 'request ovs-port dpu2 tx',
    last: 'request tunnel dpu2 rx',
    reason: /^a flow of br-int on dpu2 drops it: table 0, icmp,nw_dst=10\.233\.66\.4, priority 60000$/,
  },
  {
    fault: 'flow-drops',
    lost: 'reply ovs-port dpu1 tx',
    last: 'reply tunnel dpu1 rx',
    reason: /^a flow of br-int on dpu1 drops it: table 0, icmp,nw_dst=10\.233\.65\.4, priority 60000$/,
  },
  {
    fault: 'uplink-queue-drops',
    partly: true,
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^the queueing discipline tbf of p0 on dpu1 drops packets$/,
  },
  {
    fault: 'uplink-queue-drops',
    target: { pair: 2 },
    partly: true,
    lost: 'reply uplink dpu2 tx',
    last: 'reply tunnel dpu2 tx',
    reason: /^the queueing discipline tbf of p0 on dpu2 drops packets$/,
  },
];

const OTHER_ENDS: readonly Expected[] = [
  {
    fault: 'pod-mac-changed',
    lost: 'request interface host1 tx',
    reason:
      /^eth0 of host1:pod1 has the MAC address 0a:58:0a:e9:ff:99, where OVN-Kubernetes gave it 0a:58:0a:e9:41:04$/,
  },
  {
    fault: 'pod-prefix-wide',
    lost: 'request interface host1 tx',
    reason: /^eth0 of host1:pod1 has 10\.233\.65\.4\/16, where OVN-Kubernetes gave it 10\.233\.65\.4\/24$/,
  },
  {
    fault: 'pod-route-missing',
    target: { pair: 2 },
    lost: 'reply interface host2 tx',
    last: 'request interface host2 rx',
    reason: /^host2:pod1 has no route to the network of 10\.233\.65\.4$/,
  },
  {
    fault: 'pod-gateway-wrong',
    lost: 'request interface host1 tx',
    reason: /^nobody answers host1:pod1 for 10\.233\.65\.77, its next hop$/,
  },
  {
    fault: 'pod-deaf',
    target: { pair: 2 },
    lost: 'reply interface host2 tx',
    last: 'request interface host2 rx',
    reason: /^packets arrive at eth0 of host2:pod1, which discards them$/,
  },
  {
    fault: 'tunnel-option-wrong',
    lost: 'request ovs-port dpu2 tx',
    reason: /^the tunnel ovn-\S+ of dpu1 has the fixed key 5, where OVN gives each packet its own$/,
  },
  {
    fault: 'tunnel-option-wrong',
    target: { key: 'dst_port', value: '6082' },
    lost: 'request tunnel dpu2 rx',
    reason: /^the tunnels of dpu1 and dpu2 use different UDP ports, 6082 and 6081$/,
  },
  {
    fault: 'uplink-tagged',
    lost: 'request uplink dpu1 tx',
    last: 'request tunnel dpu1 tx',
    reason: /^p0 of dpu1 has the VLAN tag 100, and brp0, which has the encap address, has none$/,
  },
  {
    fault: 'tunnel-blocked',
    target: { pair: 2 },
    lost: 'request tunnel dpu2 rx',
    reason: /^a flow of brp0 on dpu2 drops it: table 0, udp,in_port=p0,tp_dst=6081, priority 60000$/,
  },
];

/**
 * Other packets pass an uplink too, of the tunnels' own and of neighbour discovery: where these were too many to tell, the
 * next hop that does tell is the first that is known not to have seen the packets.
 */
function toldAt({ readings }: Location, expected: string): string {
  const at = readings.findIndex(({ hop }) => describe(hop) === expected);
  if (readings[at]?.hop.kind !== 'uplink') return expected;
  return describe(readings.find(({ packets }, index) => index >= at && packets !== undefined)?.hop);
}

for (const { fault, target, size, to, partly, ...expected } of [...EXPECTED, ...OTHER_ENDS]) {
  const where = Object.entries(target ?? {}).map(([key, value]) => ` ${key} ${value}`);
  test.serial(`${fault}${where.join()}: ${[expected.lost].flat()[0]}`, async (t) => {
    const path = between(size, to);
    await works(path);
    const undo = await findFault(fault).apply(lab, target);
    try {
      const found = await located(path, partly);
      t.true(found.received < found.sent, shown(found));
      t.true(
        [expected.lost].flat().some((lost) => describe(found.lost) === toldAt(found, lost)),
        shown(found),
      );
      if (expected.last !== undefined) t.is(describe(found.last), expected.last, shown(found));
      t.regex(found.reason ?? '', expected.reason, shown(found));
      t.truthy(found.remedy);
    } finally {
      await undo();
    }
    await works(path);
  });
}
