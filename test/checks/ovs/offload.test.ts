import test from 'ava';
import type { Flow } from '../../../facts/flows.ts';
import { aFlow, dpu, STARTED } from '../../helpers/dpu-facts.ts';
import { judgeNode, onlyFault } from '../../helpers/node-facts.ts';

const withFlows = (flows: readonly Flow[], cut = false) => ({
  ...dpu(),
  datapath: { flows, cut, unparsed: 0 },
});

const judge = (flows: readonly Flow[], cut = false) =>
  judgeNode(withFlows(flows, cut), ['ovs'], { role: 'dpu' });

const verdict = (flows: readonly Flow[], cut = false) =>
  judge(flows, cut).get('ovs/offloaded-flows')?.verdict;

const software = { offloaded: undefined } as const;

test('packets that the hardware counted are proof', (t) => {
  t.is(verdict([aFlow()]), 'pass');
});

test('dp:tc alone is software', (t) => {
  const finding = onlyFault(t, judge([aFlow(software)]), 'ovs/offloaded-flows', 'IN_SOFTWARE');
  t.regex(finding.observed, /no offloaded field, dp:tc/);
});

test('offloaded:yes in the layer ovs, and offloaded:partial, are no proof', (t) => {
  t.is(verdict([aFlow({ layer: 'ovs' })]), 'fail');
  t.is(verdict([aFlow({ offloaded: 'partial', layer: 'ovs' })]), 'fail');
});

test('no packet in hardware while software forwards TCP is a warning of its own', (t) => {
  onlyFault(t, judge([aFlow({ packets: 0 }), aFlow(software)]), 'ovs/offloaded-flows', 'NO_PACKETS', 'warn');
});

test('a small part in hardware is said to be small', (t) => {
  onlyFault(t, judge([aFlow({ packets: 60 }), aFlow(software)]), 'ovs/offloaded-flows', 'PARTLY', 'warn');
});

test('what stands in for hardware proves nothing of hardware', (t) => {
  const facts = withFlows([aFlow(software)]);
  const links = facts.links.map((link) => (link.name === 'pf0vf1' ? { ...link, kind: 'veth' } : link));
  const result = judgeNode({ ...facts, links }, ['ovs'], { role: 'dpu' }).get('ovs/offloaded-flows');
  t.is(result?.verdict, 'skip');
  t.is(result?.reason, 'simulated: pf0vf1 is a device of kind veth, which is no hardware');
});

test('each representor is judged for itself', (t) => {
  const finding = onlyFault(
    t,
    judge([aFlow(), aFlow({ inPort: 'pf0vf2', ...software })]),
    'ovs/offloaded-flows',
    'IN_SOFTWARE',
  );
  t.is(finding.subject, 'pf0vf2');
});

test('what proves nothing is neither a pass nor a failure', (t) => {
  t.is(verdict([]), 'skip');
  t.is(verdict([aFlow({ etherType: 0x88cc, packets: 0, actions: 'drop' })]), 'skip', 'LLDP');
  t.is(verdict([aFlow({ etherType: 0x0806 })]), 'skip', 'ARP');
  t.is(verdict([aFlow({ packets: 0 })]), 'skip', 'offloaded, without a packet');
  t.is(verdict([aFlow({ ipProtocol: 1, ...software })]), 'skip', 'ICMP in software');
  t.is(
    verdict([aFlow({ ipProtocol: undefined, ...software })]),
    'skip',
    'any protocol, with connection tracking',
  );
  t.is(verdict([aFlow({ packets: 9, ...software })]), 'skip', 'the first packets');
  t.is(verdict([aFlow({ destinationMac: '33:33:00:00:00:02', ...software })]), 'skip', 'multicast');
  t.is(verdict([aFlow({ inPort: 'p0', ...software })]), 'skip', 'no traffic of a pod');
  t.is(verdict([aFlow(software)], true), 'error', 'cut');
});

const inForce = (
  lines: readonly { at: number; kind: 'started' | 'enabled' }[],
  values: readonly { at: number; value: string | undefined; snapshot: boolean }[],
  flows: readonly Flow[] = [],
) => {
  const facts = withFlows(flows);
  facts.ovsOffloadLog = {
    logReadable: true,
    lines: lines.map((line) => ({ ...line, text: `${line.at}` })),
    values: [...values],
    bootedAt: 0,
  } as typeof facts.ovsOffloadLog;
  return judgeNode(facts, ['ovs'], { role: 'dpu' }).get('ovs/hw-offload-in-force')?.verdict;
};

const START = STARTED * 1000;

test('the log since the start is believed first', (t) => {
  t.is(
    inForce(
      [
        { at: START, kind: 'started' },
        { at: START + 9, kind: 'enabled' },
      ],
      [],
    ),
    'pass',
  );
  t.is(inForce([{ at: START + 90_000, kind: 'enabled' }], []), 'pass', 'after a rotation');
});

test('a line of an earlier run says nothing', (t) => {
  t.is(
    inForce(
      [
        { at: START - 9000, kind: 'started' },
        { at: START - 8000, kind: 'enabled' },
      ],
      [],
    ),
    'error',
  );
  t.is(
    inForce(
      [
        { at: START - 100, kind: 'enabled' },
        { at: START, kind: 'started' },
      ],
      [],
    ),
    'error',
  );
});

test('a flow in TC shows that offload is on', (t) => {
  t.is(inForce([], [], [aFlow(software)]), 'pass');
  t.is(inForce([], [], [aFlow({ ...software, layer: 'ovs' })]), 'error');
});

test('the journal tells what was set before the start, and what after it', (t) => {
  const value = 'true';
  t.is(inForce([], [{ at: START - 60_000, value, snapshot: false }]), 'pass');
  t.is(inForce([], [{ at: START - 60_000, value, snapshot: true }]), 'pass');
  t.is(inForce([], [{ at: START + 60_000, value, snapshot: false }]), 'fail');
  t.is(
    inForce([], [{ at: START + 60_000, value, snapshot: true }]),
    'error',
    'compacted later: set at an unknown time',
  );
  t.is(inForce([], [{ at: START + 500, value, snapshot: false }]), 'error', 'nearer than the clocks tell');
  t.is(inForce([], []), 'error');
});
