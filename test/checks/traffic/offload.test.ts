import test, { type ExecutionContext } from 'ava';
import type { Judgement } from '../../../checks/define.ts';
import type { PathNode } from '../../../checks/define-path.ts';
import { offload } from '../../../checks/traffic/offload.ts';
import type { FactName } from '../../../facts/index.ts';
import type { Path } from '../../../facts/traffic/path.ts';
import { whyNotThis } from '../../../facts/traffic/proof/why-not/flows.ts';
import type { StreamDirection, StreamObservation } from '../../../facts/traffic/stream.ts';
import { aFlow, anOvs, dpu, STARTED } from '../../helpers/dpu-facts.ts';
import type { NodeFacts } from '../../helpers/node-facts.ts';
import { direction, offloaded, reverse, sample, tracked } from '../../helpers/stream.ts';

const endpoint = (name: string, node: string) => ({
  kind: 'pod' as const,
  name,
  node,
  dpu: node.replace('host', 'dpu'),
  addresses: ['10.244.1.5'],
  interface: 'eth0',
  mtu: 1400,
  hostNetwork: false,
});

const PATH: Path = {
  id: 'pod-to-pod/a/b/tcp/4/small',
  kind: 'pod-to-pod',
  protocol: 'tcp',
  family: 4,
  from: endpoint('default/client', 'host1'),
  to: { name: 'default/server', address: '10.244.2.6', endpoint: endpoint('default/server', 'host2') },
  size: 'small',
};

type Broken = { readonly [Name in keyof NodeFacts]?: NodeFacts[Name] | undefined };

/** What a DPU told; what is undefined could not be had. */
function told(given: Broken = {}): PathNode<FactName> {
  const all: Broken = {
    ...dpu(),
    devlink: { unavailable: undefined, eswitches: new Map(), ports: [] },
    ethtool: new Map(),
    ...given,
  };
  const facts = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      value === undefined
        ? { ok: false, failure: { code: 'permission', message: `${name} was refused` } }
        : { ok: true, value },
    ]),
  );
  return { role: 'dpu', simulation: undefined, facts: facts as unknown as PathNode<FactName>['facts'] };
}

function judge(
  directions: readonly StreamDirection[],
  nodes: Readonly<Record<string, PathNode<FactName>>> = { dpu1: told(), dpu2: told() },
  path = PATH,
): Judgement {
  const measured: StreamObservation = { durationMs: 5000, bytes: 14_000_000, directions, evidence: [] };
  return offload.judge({
    path,
    measured,
    measurement: { path, exchange: { ok: false, failure: { code: 'unreachable', message: '' } } },
    nodes: new Map(Object.entries(nodes)),
    expected: {},
  });
}

const codes = (t: ExecutionContext, judged: Judgement): readonly string[] => {
  if (judged.kind === 'findings') return judged.findings.map(({ code }) => code);
  t.fail(`no findings, but ${JSON.stringify(judged)}`);
  return [];
};

const software = (mark = 'dp:ovs', given: Partial<StreamDirection> = {}, actions?: string): StreamDirection =>
  direction(
    [
      sample(0, []),
      sample(
        4000,
        tracked(9990, mark).map((line) => (actions === undefined ? line : { ...line, actions })),
      ),
    ],
    given,
  );

test('both directions in the hardware pass, with what proves it', (t) => {
  const judged = judge([offloaded(), reverse()]);
  t.is(judged.kind, 'pass');
  t.true(judged.kind === 'pass' && judged.evidence.length > 5);
});

test('it concerns streams between pods alone, and pods that share the network of their nodes', (t) => {
  t.true(offload.concerns(PATH));
  t.true(offload.concerns({ ...PATH, kind: 'pod-to-pod-on-node' }));
  t.false(offload.concerns({ ...PATH, size: 'mtu' }));
  const onNode = { ...endpoint('default/agent', 'host1'), hostNetwork: true };
  t.true(offload.concerns({ ...PATH, kind: 'pod-to-node', from: onNode }));
  t.false(offload.concerns({ ...PATH, kind: 'pod-to-gateway' }));
});

test('what shares the network of its node is not accelerated, and no failure of offload', (t) => {
  for (const side of ['from', 'to'] as const) {
    const onNode = { ...endpoint('default/agent', 'host1'), hostNetwork: true };
    const path =
      side === 'from' ? { ...PATH, from: onNode } : { ...PATH, to: { ...PATH.to, endpoint: onNode } };
    const judged = judge([], {}, path);
    t.like(judged, { kind: 'not-applicable' });
    t.regex(judged.kind === 'not-applicable' ? judged.why : '', /^not accelerated: default\/agent shares/);
  }
});

test('what stands in for hardware is skipped with the reason, and never passes', (t) => {
  const simulated = 'pf0vf1 on dpu1 is one end of a veth pair, which is no hardware';
  const judged = judge([offloaded({ simulated }), reverse({ simulated })]);
  t.like(judged, { kind: 'not-applicable' });
  t.regex(
    judged.kind === 'not-applicable' ? judged.why : '',
    /^simulated: pf0vf1 on dpu1 is one end of a veth pair/,
  );
});

test('where nobody logs in to the DPUs nothing is said, and how to change that', (t) => {
  const unseen = { representor: undefined, samples: [], notAsked: true };
  const judged = judge([offloaded(unseen), reverse(unseen)]);
  t.like(judged, { kind: 'not-applicable' });
  t.regex(
    judged.kind === 'not-applicable' ? judged.why : '',
    /^nobody logs in to dpu1 and dpu2, .*--node-access/,
  );
  // One of them is looked at: then the other is missed.
  t.is(judge([offloaded(), reverse(unseen)]).kind, 'undetermined');
});

test('what can not be told is no pass and no failure, and says of each direction why', (t) => {
  const judged = judge([offloaded({ packets: 12 }), reverse({ packets: 12 })]);
  t.is(judged.kind, 'undetermined');
  t.regex(
    judged.kind === 'undetermined' ? judged.why : '',
    /^from default\/client: only 12 packets.*; from default\/server: only 12 packets/,
  );
  t.is(judge([]).kind, 'undetermined');
});

const set = (values: readonly (readonly [string, string])[]) => {
  const ovs = anOvs();
  return { ovs: { ...ovs, openVSwitch: { ...ovs.openVSwitch, otherConfig: new Map(values) } } };
};

const feature = (on: boolean, fixed = false) => ({ on, fixed, said: `hw-tc-offload: ${on ? 'on' : 'off'}` });

const noUplink = () => {
  const ovs = anOvs();
  return {
    ...ovs,
    bridges: ovs.bridges.map((bridge) => ({
      ...bridge,
      ports: bridge.ports.filter(({ name }) => name !== 'p0'),
    })),
  };
};

const eswitch = (mode: string) => ({
  devlink: {
    unavailable: undefined,
    eswitches: new Map([['pci/0000:03:00.0', { handle: 'pci/0000:03:00.0', mode, refused: undefined }]]),
    ports: [],
  },
});

const withSwitchId = {
  netdevs: new Map([...dpu().netdevs].map(([name, one]) => [name, { ...one, physSwitchId: 'c2cfc6' }])),
};

/** What is broken on dpu1, and the reasons that are found. */
const REASONS: readonly (readonly [string, Broken, readonly string[]])[] = [
  ['nothing', {}, ['NO_REASON']],
  ['hw-offload not set', set([]), ['NOT_SET']],
  ['hw-offload false', set([['hw-offload', 'false']]), ['OFF']],
  ['TRUE', set([['hw-offload', 'TRUE']]), ['NO_REASON']],
  [
    'tc-policy',
    set([
      ['hw-offload', 'true'],
      ['tc-policy', 'skip_hw'],
    ]),
    ['KEPT_OUT'],
  ],
  [
    'set after the start',
    {
      ovsOffloadLog: {
        logReadable: false,
        lines: [],
        values: [{ at: (STARTED + 600) * 1000, value: 'true', snapshot: false }],
        bootedAt: 0,
        upcall: undefined,
      },
    },
    ['NOT_RESTARTED'],
  ],
  ['legacy', eswitch('legacy'), ['LEGACY']],
  ['legacy of another eswitch', { ...eswitch('legacy'), ...withSwitchId }, ['NO_REASON']],
  ['switchdev', eswitch('switchdev'), ['NO_REASON']],
  ['the representor', { ethtool: new Map([['pf0vf1', feature(false)]]) }, ['TC_OFF']],
  [
    'the uplink',
    {
      ethtool: new Map([
        ['p0', feature(false)],
        ['pf0vf1', feature(true)],
      ]),
    },
    ['TC_OFF'],
  ],
  ['a fixed one', { ethtool: new Map([['pf0vf1', feature(false, true)]]) }, ['TC_FIXED']],
  ['another representor', { ethtool: new Map([['pf0vf2', feature(false)]]) }, ['NO_REASON']],
  ['the uplink in no bridge', { ovs: noUplink() }, ['UPLINK_OUT']],
];

for (const [name, broken, expected] of REASONS) {
  test(`why not: ${name}`, (t) => {
    const judged = judge([software(), { ...reverse(), packets: 12 }], { dpu1: told(broken), dpu2: told() });
    t.deepEqual(codes(t, judged), expected);
  });
}

const ACTIONS: readonly (readonly [string, RegExp])[] = [
  ['userspace(pid=1,slow_path(action))', /userspace/],
  ['sample(sample=1.0%,actions(userspace(pid=1))),2', /sampled/],
  ['hash(l4(0)),recirc(0x7)', /hash of the packet/],
  ['ct(commit,zone=6,helper=ftp),2', /helper/],
  ['meter(3),2', /meter.*since 3\.0/],
];

for (const [actions, why] of ACTIONS) {
  test(`why not: ${actions}`, (t) => {
    const judged = judge([software('dp:ovs', {}, actions), { ...reverse(), packets: 12 }]);
    t.true(codes(t, judged).every((code) => code === 'FLOW'));
    t.regex(judged.kind === 'findings' ? (judged.findings[0]?.message ?? '') : '', why);
  });
}

test('why not: what a flow in the hardware does keeps no other one out', (t) => {
  const half = [
    { ufid: 'a', packets: 5000, actions: 'meter(3),2' },
    { ufid: 'b', packets: 4990, mark: 'dp:ovs' },
  ];
  const judged = judge([direction([sample(0, []), sample(4000, half)]), { ...reverse(), packets: 12 }]);
  t.deepEqual(codes(t, judged), ['NO_REASON']);
});

test('why not: ICMP that is tracked, and what is matched', (t) => {
  const icmp = { ...aFlow({ ipProtocol: 1, actions: 'ct(zone=6),recirc(0x2)' }) };
  t.deepEqual(whyNotThis(icmp), ['connection tracking of ICMP is not offloaded']);
  t.deepEqual(whyNotThis({ ...icmp, ipProtocol: 6 }), []);
  t.deepEqual(whyNotThis({ ...icmp, actions: '2' }), []);
  const match = 'skb_priority(0/0),skb_mark(0/0),recirc_id(0),dp_hash(0x5/0xf),in_port(pf0vf1)';
  t.regex(
    whyNotThis(aFlow({ match, actions: '2' })).join(),
    /^it matches the packet's hash \(dp_hash\)[^,]*,[^,]*$/,
  );
});

test('why not: what the log says meanwhile', (t) => {
  // shared sample 047 has the line.
  const refusals = [
    '2019-09-23T03:14:48.824Z|00035|dpif_netlink(handler2)|ERR|failed to offload flow: Operation not supported: 621b9db0ed0b6aa',
  ];
  const judged = judge([software('dp:tc', { refusals }), { ...reverse(), packets: 12 }]);
  t.deepEqual(codes(t, judged), ['REFUSED']);
});

test('one direction only: the finding names it, its reason, and that the other is in the hardware', (t) => {
  const judged = judge([software(), reverse()], { dpu1: told(set([])), dpu2: told() });
  t.deepEqual(codes(t, judged), ['NOT_SET', 'ONE_DIRECTION']);
  const [finding] = judged.kind === 'findings' ? judged.findings : [];
  t.is(
    finding?.message,
    'what default/client sends is forwarded in software: other_config:hw-offload is not set on dpu1',
  );
  t.regex(finding?.remedy ?? '', /hw-offload=true; systemctl restart/);
});

test('in part: the finding tells the share', (t) => {
  const samples = offloaded().samples.map((one, index) => ({
    ...one,
    software: { rx: index * 2000, tx: 0, source: 'ethtool -S pf0vf1' },
  }));
  const judged = judge([offloaded({ samples }), { ...reverse(), packets: 12 }]);
  t.regex(
    judged.kind === 'findings' ? (judged.findings[0]?.message ?? '') : '',
    /in hardware only in part, 60 %/,
  );
});

test('between pods of one DPU the uplink is no reason', (t) => {
  const nodes = { dpu1: told({ ovs: noUplink(), ethtool: new Map([['p0', feature(false)]]) }) };
  const judged = judge([software(), { ...reverse({ dpu: 'dpu1' }), packets: 12 }], nodes);
  t.deepEqual(codes(t, judged), ['NO_REASON']);
});

test('what could not be looked at is said where no reason was found', (t) => {
  const nodes = { dpu1: told({ ethtool: undefined, devlink: undefined }), dpu2: told() };
  const judged = judge([software(), { ...reverse(), packets: 12 }], nodes);
  t.deepEqual(codes(t, judged), ['NO_REASON']);
  t.regex(
    judged.kind === 'findings' ? (judged.findings[0]?.observed ?? '') : '',
    /not looked at: devlink was refused; ethtool was refused$/,
  );
  t.deepEqual(codes(t, judge([software(), { ...reverse(), packets: 12 }], {})), ['NO_REASON']);
});
