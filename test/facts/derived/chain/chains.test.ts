import test from 'ava';
import { DETAILS, NETWORK_STATUS, STATUS } from '../../../../facts/derived/chain/annotations.ts';
import type { LinkKind, LinkState } from '../../../../facts/derived/chain/chain.ts';
import { LINK_KINDS } from '../../../../facts/derived/chain/chain.ts';
import type { ChainPair, ChainPod } from '../../../../facts/derived/chain/input.ts';
import type { Outcome } from '../../../../facts/fact.ts';
import {
  anAttachment,
  aPod,
  chainOfPod,
  type Given,
  had,
  healthyPair,
  INNER,
  known,
  linkOf,
  notHad,
  OUTER,
  PODS,
  pairOf,
  podPort,
  withAnnotation,
  withDpu,
  withHost,
} from '../../../helpers/chain-input.ts';
import { anInterface, NO_OVS, withInterface, withPort } from '../../../helpers/dpu-facts.ts';
import { VFS, withFunction, withNetdev } from '../../../helpers/node-facts.ts';

const POD1 = aPod(1);

test('the chain of a pod is whole from the pod to the wire, each link with its ground', (t) => {
  const pair = pairOf(healthyPair());
  const { links, state, vf, fault } = chainOfPod(pair, 'pod1');
  t.is(state, 'whole');
  t.is(fault, undefined);
  t.deepEqual(vf, { pf: '0000:01:00.0', number: 1, address: VFS[1] });
  t.deepEqual(
    links.map(({ kind }) => kind),
    [...LINK_KINDS],
  );
  t.true(links.every(({ ground }) => ground !== ''));
  const names = links.map(({ name }) => name);
  t.deepEqual(names.slice(-6), ['pf0vf1', 'pf0vf1', 'br-int', INNER, 'geneve to 192.168.40.111', 'p0']);
  t.deepEqual(pair.strays, []);
  t.deepEqual(pair.gaps, []);
});

test('chains come in the order of their VFs, the management port among them', (t) => {
  const { chains } = pairOf(healthyPair(), { pods: known([...PODS].reverse()) });
  t.deepEqual(
    chains.map(({ holder, vf }) => [holder.kind, vf?.number]),
    [
      ['management-port', 0],
      ['pod', 1],
      ['pod', 2],
    ],
  );
});

interface Break {
  readonly what: string;
  readonly pair?: (pair: ChainPair) => ChainPair;
  readonly given?: Given;
  readonly link: LinkKind;
  readonly state: LinkState;
  readonly ground: RegExp;
}

const changed = (key: string, value: string | undefined) => ({
  pods: known([withAnnotation(POD1, key, value), PODS[1]]),
});

const ovsOf = (pair: ChainPair) => had(pair.dpu?.facts.ovs);

const BREAKS: readonly Break[] = [
  {
    what: 'no NetworkAttachmentDefinition',
    given: { networkAttachments: known([]) },
    link: 'network-attachment',
    state: 'missing',
    ground: /no such/,
  },
  {
    what: 'no kind NetworkAttachmentDefinition',
    given: { networkAttachments: known(undefined) },
    link: 'network-attachment',
    state: 'missing',
    ground: /no such/,
  },
  {
    what: 'a NetworkAttachmentDefinition without resource',
    given: { networkAttachments: known([anAttachment({ resourceName: undefined })]) },
    link: 'network-attachment',
    state: 'broken',
    ground: /resourceName/,
  },
  {
    what: 'a pod that requests another resource, as without the resource prefix',
    given: { networkAttachments: known([anAttachment({ resourceName: 'intel.com/mlnx_sriov_cx6' })]) },
    link: 'network-attachment',
    state: 'broken',
    ground: /requests no intel\.com/,
  },
  {
    what: 'no connection details',
    given: changed(DETAILS, undefined),
    link: 'connection-details',
    state: 'missing',
    ground: /has not written it/,
  },
  {
    what: 'connection details that are no JSON',
    given: changed(DETAILS, '{"default":'),
    link: 'connection-details',
    state: 'broken',
    ground: /no JSON/,
  },
  {
    what: 'no connection status',
    given: changed(STATUS, undefined),
    link: 'connection-status',
    state: 'missing',
    ground: /has not answered/,
  },
  {
    what: 'connection status Error',
    given: changed(STATUS, '{"default":{"Status":"Error","Reason":"no representor"}}'),
    link: 'connection-status',
    state: 'broken',
    ground: /no representor/,
  },
  {
    what: 'Multus and the connection details name different VFs',
    given: changed(
      NETWORK_STATUS,
      JSON.stringify([{ name: 'x', default: true, 'device-info': { pci: { 'pci-address': VFS[2] } } }]),
    ),
    link: 'vf',
    state: 'broken',
    ground: /0000:01:02\.5.*VF 1 of PF 0/,
  },
  {
    what: 'a VF that the host does not have',
    given: changed(
      NETWORK_STATUS,
      JSON.stringify([
        { name: 'x', default: true, 'device-info': { pci: { 'pci-address': '0000:01:07.7' } } },
      ]),
    ),
    link: 'vf',
    state: 'missing',
    ground: /no PF of the host/,
  },
  {
    what: 'a VF without driver',
    pair: (pair) =>
      withHost(pair, {
        pci: known(withFunction(had(pair.host.facts.pci), VFS[1], { driver: undefined, netdevs: [] })),
      }),
    link: 'vf',
    state: 'broken',
    ground: /no driver/,
  },
  {
    what: 'a VF that has come back from its pod',
    pair: (pair) =>
      withHost(pair, {
        pci: known(withFunction(had(pair.host.facts.pci), VFS[1], { netdevs: ['eth0v1'] })),
      }),
    link: 'vf',
    state: 'broken',
    ground: /host's network namespace/,
  },
  {
    what: 'no representor',
    pair: (pair) =>
      withDpu(pair, { netdevs: known(withNetdev(had(pair.dpu?.facts.netdevs), 'pf0vf1', undefined)) }),
    link: 'representor',
    state: 'missing',
    ground: /^vf representor for pfID: 0, vfIndex: 1 not found$/,
  },
  {
    what: 'no port',
    pair: (pair) => withDpu(pair, { ovs: known(withInterface(ovsOf(pair), 'pf0vf1', undefined)) }),
    link: 'ovs-port',
    state: 'missing',
    ground: /default_pod1/,
  },
  {
    what: 'a port without iface-id',
    pair: (pair) =>
      withDpu(pair, { ovs: known(withInterface(ovsOf(pair), 'pf0vf1', { externalIds: new Map() })) }),
    link: 'ovs-port',
    state: 'broken',
    ground: /has no iface-id/,
  },
  {
    what: "another pod's iface-id on the representor",
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(
          withInterface(ovsOf(pair), 'pf0vf1', { externalIds: new Map([['iface-id', 'default_gone']]) }),
        ),
      }),
    link: 'ovs-port',
    state: 'broken',
    ground: /default_gone, not default_pod1/,
  },
  {
    what: 'a port that ovs-vswitchd could not open',
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(
          withInterface(ovsOf(pair), 'pf0vf1', {
            error: 'could not open network device pf0vf1 (No such device)',
            ofport: -1,
          }),
        ),
      }),
    link: 'ovs-port',
    state: 'broken',
    ground: /No such device/,
  },
  {
    what: 'the port of an earlier sandbox',
    given: changed(DETAILS, '{"default":{"pfId":"0","vfId":"1","sandboxId":"newer"}}'),
    link: 'ovs-port',
    state: 'broken',
    ground: /was added for sandbox \(sandbox-of-pod1\), expecting \(newer\)/,
  },
  {
    what: 'the port of an earlier pod of the same name',
    given: { pods: known([{ ...POD1, uid: 'newer' }, PODS[1]]) },
    link: 'ovs-port',
    state: 'broken',
    ground: /earlier pod/,
  },
  {
    what: 'two ports with one iface-id',
    pair: (pair) => withDpu(pair, { ovs: known(withPort(ovsOf(pair), 'br-int', podPort('pf0vf9', 'pod1'))) }),
    link: 'ovs-port',
    state: 'broken',
    ground: /both have the iface-id/,
  },
  {
    what: 'the iface-id on a port that is not the representor',
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(
          withPort(withInterface(ovsOf(pair), 'pf0vf1', undefined), 'br-int', podPort('veth7', 'pod1')),
        ),
      }),
    link: 'ovs-port',
    state: 'broken',
    ground: /representor of the pod's VF is pf0vf1/,
  },
  {
    what: 'the port on another bridge',
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(
          withPort(withInterface(ovsOf(pair), 'pf0vf1', undefined), 'brp0', podPort('pf0vf1', 'pod1')),
        ),
      }),
    link: 'bridge',
    state: 'broken',
    ground: /br-int alone/,
  },
  {
    what: 'no patch port',
    pair: (pair) => withDpu(pair, { ovs: known(withInterface(ovsOf(pair), INNER, undefined)) }),
    link: 'patch',
    state: 'missing',
    ground: /no patch port/,
  },
  {
    what: 'a patch port whose peer is gone',
    pair: (pair) => withDpu(pair, { ovs: known(withInterface(ovsOf(pair), OUTER, undefined)) }),
    link: 'patch',
    state: 'broken',
    ground: /does not exist/,
  },
  {
    what: 'a patch port whose peer names another',
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(withInterface(ovsOf(pair), OUTER, { options: new Map([['peer', 'patch-x']]) })),
      }),
    link: 'patch',
    state: 'broken',
    ground: /names another peer/,
  },
  {
    what: 'tunnels that could not be made',
    pair: (pair) =>
      withDpu(pair, {
        ovs: known(withInterface(ovsOf(pair), 'ovn-8c1016-0', { error: 'Address family not supported' })),
      }),
    link: 'tunnel',
    state: 'broken',
    ground: /Address family/,
  },
  {
    what: 'an uplink in no bridge',
    pair: (pair) => withDpu(pair, { ovs: known(withInterface(ovsOf(pair), 'p0', undefined)) }),
    link: 'uplink',
    state: 'missing',
    ground: /no port of brp0/,
  },
];

for (const { what, pair = (same: ChainPair) => same, given = {}, link, state, ground } of BREAKS) {
  test(`${what}: the ${link} is ${state}`, (t) => {
    const chain = chainOfPod(pairOf(pair(healthyPair()), given), 'pod1');
    t.is(chain.state, 'broken');
    t.is(chain.fault?.kind, link, chain.fault?.ground);
    t.is(chain.fault?.state, state);
    t.regex(chain.fault?.ground ?? '', ground);
  });
}

test('a fault of one pod is none of its neighbour', (t) => {
  const pair = withDpu(healthyPair(), {
    ovs: known(withInterface(ovsOf(healthyPair()), 'pf0vf1', undefined)),
  });
  t.is(chainOfPod(pairOf(pair), 'pod2').state, 'whole');
});

test('a pod that keeps its VF on the host as a vDPA device is whole', (t) => {
  const pair = withHost(healthyPair(), {
    pci: known(withFunction(had(healthyPair().host.facts.pci), VFS[1], { netdevs: ['eth0v1'] })),
  });
  const vdpa = JSON.stringify([
    { name: 'x', default: true, 'device-info': { type: 'vdpa', vdpa: { 'pci-address': VFS[1] } } },
  ]);
  t.is(chainOfPod(pairOf(pair, changed(NETWORK_STATUS, vdpa)), 'pod1').state, 'whole');
});

test('without Open vSwitch on the DPU the port is missing and nothing after it is guessed', (t) => {
  const chain = chainOfPod(pairOf(withDpu(healthyPair(), { ovs: known(NO_OVS) })), 'pod1');
  t.is(chain.fault?.kind, 'ovs-port');
  t.is(chain.links.at(-1)?.kind, 'ovs-port');
});

test('the VF of a pod whose annotations name none is found by its port', (t) => {
  const pod = withAnnotation(withAnnotation(POD1, DETAILS, undefined), NETWORK_STATUS, undefined);
  const pair = pairOf(healthyPair(), { pods: known([pod, PODS[1]]) });
  const chain = chainOfPod(pair, 'pod1');
  t.is(chain.vf?.number, 1);
  t.regex(linkOf(chain, 'vf').ground, /iface-id default_pod1/);
  t.is(chain.fault?.kind, 'connection-details');
});

test('the network of a user-defined network has its own iface-id', (t) => {
  const details = {
    default: { pfId: '0', vfId: '1', sandboxId: 'sandbox-of-pod1' },
    'blue-ns/net-a': { pfId: '0', vfId: '2', sandboxId: 'sandbox-of-pod1' },
  };
  const pod = withAnnotation(
    withAnnotation(POD1, DETAILS, JSON.stringify(details)),
    STATUS,
    '{"default":{"Status":"Ready"},"blue-ns/net-a":{"Status":"Ready"}}',
  );
  const externalIds = new Map([
    ['iface-id', 'blue.ns.net.a_default_pod1'],
    ['iface-id-ver', 'uid-of-pod1'],
    ['sandbox', 'sandbox-of-pod1'],
  ]);
  const ovs = withInterface(ovsOf(healthyPair()), 'pf0vf2', { externalIds });
  const pair = pairOf(withDpu(healthyPair(), { ovs: known(ovs) }), {
    pods: known([pod]),
    networkAttachments: known([anAttachment(), anAttachment({ namespace: 'blue-ns', name: 'net-a' })]),
  });
  t.deepEqual(
    pair.chains.map(({ holder, vf, state }) => [
      holder.kind === 'pod' ? holder.network : holder.kind,
      vf?.number,
      state,
    ]),
    [
      ['management-port', 0, 'whole'],
      ['default', 1, 'whole'],
      ['blue-ns/net-a', 2, 'whole'],
    ],
  );
  t.deepEqual(pair.strays, []);
});

test('what could not be had makes links unknown and no fault', (t) => {
  const healthy = healthyPair();
  const noDpu = pairOf({ ...healthy, dpu: undefined });
  t.is(chainOfPod(noDpu, 'pod1').state, 'unknown');
  t.regex(linkOf(chainOfPod(noDpu, 'pod1'), 'representor').ground, /no DPU is known for host1/);
  const noOvs = pairOf(withDpu(healthy, { ovs: notHad('ovs-vsctl needs root') }));
  t.is(chainOfPod(noOvs, 'pod1').state, 'unknown');
  t.regex(noOvs.gaps.map(({ why }) => why).join(), /needs root/);
  const noHost = pairOf(withHost(healthy, { pci: notHad('the node was not asked') }));
  t.is(chainOfPod(noHost, 'pod1').state, 'unknown');
  t.is(linkOf(chainOfPod(noHost, 'pod1'), 'representor').name, 'pf0vf1');
  t.deepEqual(noHost.strays, []);
  const noNetworks = pairOf(healthy, { networkAttachments: notHad('may not list') });
  t.is(linkOf(chainOfPod(noNetworks, 'pod1'), 'network-attachment').state, 'unknown');
});

test('without pods, the ports of Open vSwitch name who holds a VF', (t) => {
  const { chains, strays, gaps } = pairOf(healthyPair(), { pods: notHad('may not list pods') });
  t.deepEqual(
    chains.map(({ holder, state }) => [holder.kind === 'port' ? holder.ifaceId : holder.kind, state]),
    [
      ['management-port', 'whole'],
      ['default_pod1', 'whole'],
      ['default_pod2', 'whole'],
    ],
  );
  t.deepEqual(strays, []);
  t.is(gaps[0]?.what, 'pods of host1');
});

test('pods of other nodes, of the host network, and those that have ended have no chain', (t) => {
  const others = [
    aPod(1, { node: 'host2' }),
    aPod(1, { hostNetwork: true }),
    aPod(1, { phase: 'Succeeded' }),
    aPod(1, { node: '', phase: 'Pending' }),
  ];
  for (const pod of others) {
    const { chains } = pairOf(healthyPair(), { pods: known([pod]) });
    t.false(chains.some(({ holder }) => holder.kind === 'pod'));
  }
});

test('a VF that nobody holds needs no port', (t) => {
  const pair = withHost(
    withDpu(healthyPair(), { ovs: known(withInterface(ovsOf(healthyPair()), 'pf0vf1', undefined)) }),
    { pci: known(withFunction(had(healthyPair().host.facts.pci), VFS[1], { netdevs: ['eth0v1'] })) },
  );
  const { chains, strays } = pairOf(pair, { pods: known([PODS[1]]) });
  t.deepEqual(
    chains.map(({ holder, state }) => [holder.kind, state]),
    [
      ['management-port', 'whole'],
      ['nobody', 'whole'],
      ['pod', 'whole'],
    ],
  );
  t.deepEqual(strays, []);
});

test('an uplink of another eswitch is said, and is no fault', (t) => {
  const netdevs = withNetdev(had(healthyPair().dpu?.facts.netdevs), 'p0', { physSwitchId: 'other' });
  const chain = chainOfPod(pairOf(withDpu(healthyPair(), { netdevs: known(netdevs) })), 'pod1');
  t.is(chain.state, 'whole');
  t.regex(linkOf(chain, 'uplink').ground, /another eswitch than pf0vf1/);
});

test('a bond of the uplinks is an uplink', (t) => {
  const pair = healthyPair();
  const ovs = withPort(withInterface(ovsOf(pair), 'p0', undefined), 'brp0', anInterface('bond0'));
  const links = had(pair.dpu?.facts.links).map((link) =>
    link.name === 'p0' ? { ...link, master: 'bond0' } : link,
  );
  const chain = chainOfPod(pairOf(withDpu(pair, { ovs: known(ovs), links: known(links) })), 'pod1');
  t.is(linkOf(chain, 'uplink').name, 'bond0');
});

test('each host has its pods from its own cluster, and one cluster that tells nothing hides no other', (t) => {
  const other = (pods: Outcome<readonly ChainPod[]>) => ({
    name: 'dpus',
    pods,
    networkAttachments: known([]),
  });
  const alike = pairOf(healthyPair(), {}, [other(known([aPod(2, { node: 'host1', name: 'stranger' })]))]);
  t.false(alike.chains.some(({ holder }) => holder.kind === 'pod' && holder.name === 'stranger'));
  const forbidden = pairOf(healthyPair(), {}, [other(notHad('may not list pods'))]);
  t.is(chainOfPod(forbidden, 'pod1').state, 'whole');
  t.deepEqual(
    forbidden.gaps.map(({ what }) => what),
    ['pods of all clusters'],
  );
  const pair = healthyPair();
  const unknown = pairOf({ ...pair, host: { ...pair.host, cluster: undefined } });
  t.regex(unknown.gaps[0]?.why ?? '', /no cluster was asked that has host1 as a node/);
});
