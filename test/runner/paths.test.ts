import test, { type ExecutionContext } from 'ava';
import { CHECKS } from '../../checks/index.ts';
import { TRAFFIC_CHECKS } from '../../checks/traffic/index.ts';
import { NAMES_WHAT_DROPS } from '../../checks/traffic/told-by-nodes.ts';
import type { Hop } from '../../facts/traffic/location.ts';
import type { PathMeasurement, TrafficMeasurements } from '../../facts/traffic/measurement.ts';
import { completeReport } from '../../runner/complete-report.ts';
import { judgePaths } from '../../runner/paths.ts';
import type { Report, Result } from '../../runner/report.ts';
import { aFinding, aReport, aResult, aTarget } from '../helpers/reports.ts';
import {
  aConversation,
  aMeasurement,
  aPath,
  aPing,
  aPod,
  aTraffic,
  aTrafficNode,
  lostAt,
} from '../helpers/traffic.ts';

const NODES = ['host1', 'dpu1', 'host2', 'dpu2', 'host3', 'dpu3'].map((name) => aTrafficNode(name));
const NOTHING_SET = { set: { from: '--set', values: {} }, suite: { from: 'suite', values: {} } };

const REACH = TRAFFIC_CHECKS.filter(({ measures }) => measures === 'exchange');
const OFFLOAD = TRAFFIC_CHECKS.filter(({ measures }) => measures === 'stream');

const judge = (
  traffic: TrafficMeasurements,
  values: Record<string, number> = {},
  checks = REACH,
): readonly Result[] =>
  judgePaths(checks, traffic, NODES, { ...NOTHING_SET, set: { from: '--set', values } });

const [POD1, POD2, POD3] = [aPod('host1', 1), aPod('host2', 2), aPod('host3', 3)];

const REPRESENTOR: Hop = {
  kind: 'representor',
  node: 'dpu2',
  name: 'pf0vf1',
  direction: 'request',
  counter: 'tx',
};

const reportOf = (results: readonly Result[]): Report => {
  const {
    format: _,
    summary: __,
    exitCode: ___,
    ...report
  } = aReport({
    targets: NODES.map(({ node }) => aTarget({ name: node.name })),
  });
  return completeReport({ ...report, results });
};

/** The one result of the check on the path. */
function resultOf(t: ExecutionContext, results: readonly Result[], checkId: string): Result {
  const own = results.filter((result) => result.checkId === checkId);
  t.is(own.length, 1, `${checkId}: ${results.map((result) => result.checkId).join(', ')}`);
  return own[0] as Result;
}

test('a path on which all packets come back passes, with what the program said', (t) => {
  const [result, ...others] = judge(aTraffic([aMeasurement(aPath(POD1, POD2))]));
  t.is(others.length, 0);
  t.is(result?.verdict, 'pass');
  t.is(result?.target, 'host1');
  t.deepEqual(result?.path, {
    id: 'pod-to-pod run/pod1 run/pod2 icmp small',
    title: 'run/pod1 → run/pod2, ICMP, IPv4',
    nodes: ['host1', 'dpu1', 'host2', 'dpu2'],
  });
  t.regex(result?.evidence[0]?.said ?? '', /5 received/);
});

test('nothing that was sent, and no place to send from, are errors and never a pass', (t) => {
  const failure = { code: 'unparsable' as const, message: 'ping said that it sent no packet' };
  const [unsent] = judge(aTraffic([aMeasurement(aPath(POD1, POD2), { exchange: { ok: false, failure } })]));
  t.is(unsent?.verdict, 'error');
  t.is(unsent?.reason, failure.message);
  const nowhere = judge(aTraffic([]));
  t.deepEqual(
    nowhere.map(({ checkId, verdict, reasonCode }) => [checkId, verdict, reasonCode]),
    [['traffic/sent', 'error', 'no-paths']],
  );
  t.is(reportOf(nowhere).exitCode, 2);
  const problem = { code: 'forbidden', message: 'pods may not be made', target: 'host2' };
  const refused = judge(aTraffic([aMeasurement(aPath(POD1, POD3))], { problems: [problem] }));
  t.deepEqual(
    refused.map(({ verdict, target }) => [verdict, target]),
    [
      ['error', 'host2'],
      ['pass', 'host1'],
    ],
  );
});

test('what is lost, slow or cut fails by the expectations', (t) => {
  const path = aPath(POD1, POD2);
  const lossy = aMeasurement(path, { exchange: { ok: true, value: aPing({ sent: 20, received: 19 }) } });
  t.is(judge(aTraffic([lossy]))[0]?.findings[0]?.code, 'LOSS');
  t.regex(judge(aTraffic([lossy]))[0]?.findings[0]?.message ?? '', /of 20 packets .* only 19 came back: 5 %/);
  t.is(judge(aTraffic([lossy]), { 'max-packet-loss': 5 })[0]?.verdict, 'pass');
  const slow = aMeasurement(path);
  t.is(judge(aTraffic([slow]), { 'max-round-trip': 0.4 })[0]?.findings[0]?.code, 'SLOW');
  t.is(judge(aTraffic([slow]), { 'max-round-trip': 0.5 })[0]?.verdict, 'pass');
  const tcp = aPath(POD1, POD2, { protocol: 'tcp' });
  const codeOf = (exchange: ReturnType<typeof aConversation>): string | undefined =>
    judge(aTraffic([aMeasurement(tcp, { exchange: { ok: true, value: exchange } })]))[0]?.findings[0]?.code;
  t.is(codeOf(aConversation()), undefined);
  t.is(codeOf(aConversation({ connected: false, received: 0, why: 'connection refused' })), 'REFUSED');
  t.is(codeOf(aConversation({ connected: false, received: 0, why: 'timed out' })), 'NO_CONNECTION');
  t.is(codeOf(aConversation({ received: 100, why: 'timed out' })), 'TCP_CUT');
  t.is(codeOf(aConversation({ sent: 0, received: 0 })), 'TCP_CUT');
});

test('one lost packet of very many is a loss, and what is told of it can be borne', (t) => {
  const of = (size: 'small' | 'mtu') =>
    aMeasurement(aPath(POD1, POD2, { size }), {
      exchange: { ok: true, value: aPing({ sent: 30_000, received: 29_999 }) },
    });
  const [small] = judge(aTraffic([of('small')]));
  t.is(small?.findings[0]?.code, 'LOSS');
  t.regex(small?.findings[0]?.message ?? '', /: 0\.01 % are lost/);
  t.is(judge(aTraffic([of('mtu')]))[0]?.findings[0]?.code, 'LARGE_LOST');
  for (const size of ['small', 'mtu'] as const)
    t.is(judge(aTraffic([of(size)]), { 'max-packet-loss': 0.01 })[0]?.verdict, 'pass', size);
});

test('no packet that was sent is an error on every path, and never a pass or a failure', (t) => {
  for (const size of ['small', 'mtu', 'over-mtu'] as const) {
    const value = aPing({ sent: 0, received: 0, rtt: undefined });
    const [result] = judge(
      aTraffic([aMeasurement(aPath(POD1, POD2, { size }), { exchange: { ok: true, value } })]),
    );
    t.is(result?.verdict, 'error', size);
    t.regex(result?.reason ?? '', /no packet was sent/);
  }
});

test('at the MTU packets pass, one byte over it they are refused', (t) => {
  const at = (size: 'mtu' | 'over-mtu', exchange: ReturnType<typeof aPing>): string | undefined => {
    const [result] = judge(
      aTraffic([aMeasurement(aPath(POD1, POD2, { size }), { exchange: { ok: true, value: exchange } })]),
    );
    t.is(result?.checkId, size === 'mtu' ? 'traffic/mtu' : 'traffic/over-mtu');
    return result?.findings[0]?.code;
  };
  t.is(at('mtu', aPing()), undefined);
  t.is(at('mtu', aPing({ received: 0 })), 'LARGE_LOST');
  t.is(at('mtu', aPing({ sent: 1, received: 0, tooLong: true })), 'TOO_LONG');
  t.is(at('over-mtu', aPing({ sent: 1, received: 0, tooLong: true })), undefined);
  t.is(at('over-mtu', aPing()), 'ARRIVED');
  t.is(at('over-mtu', aPing({ received: 0 })), 'NOT_TOLD');
});

test('paths that fail at one place are one failure, and the others are blocked by it', (t) => {
  const broken = [aPath(POD1, POD2), aPath(POD3, POD2), aPath(POD1, POD2, { protocol: 'tcp' })];
  const results = judge(
    aTraffic([...broken.map((path) => lostAt(path, REPRESENTOR)), aMeasurement(aPath(POD1, POD3))]),
  );
  const of = (verdict: Result['verdict']): readonly Result[] =>
    results.filter((result) => result.verdict === verdict);
  t.deepEqual([of('fail').length, of('blocked').length, of('pass').length], [1, 2, 1]);
  const [failed] = of('fail');
  t.regex(
    failed?.findings[0]?.message ?? '',
    /^the representor pf0vf1 of dpu2 is down: run\/pod1 gets no answer/,
  );
  for (const result of of('blocked')) {
    t.deepEqual(result.blockedBy, ['traffic/pod-to-pod']);
    t.is(result.path?.culprit, failed?.path?.culprit);
    t.regex(result.reason ?? '', /the same as on run\/pod1 → run\/pod2/);
  }
  const report = reportOf(results);
  t.is(report.exitCode, 1);
});

test('what a check of a node has found is no second failure', (t) => {
  const broken = [aPath(POD1, POD2), aPath(POD3, POD2)].map((path) => lostAt(path, REPRESENTOR));
  const told = (checkId: string, target: string, subject: string): readonly string[] => {
    const finding = aFinding({ subject, message: `${subject} is a port of br-int and is down` });
    const other = aResult({ checkId, target, verdict: 'fail', findings: [finding] });
    const results = judgePaths(REACH, aTraffic(broken), NODES, NOTHING_SET, [other]);
    const report = reportOf([other, ...results]);
    t.is(report.exitCode, 1);
    t.is(results.flatMap(({ path }) => path?.culprit ?? []).length, 2);
    return results.map(({ verdict, blockedBy }) => `${verdict} ${blockedBy?.join(' ') ?? ''}`);
  };
  t.deepEqual(told('ovs/ports-up', 'dpu2', 'pf0vf1'), ['blocked ovs/ports-up', 'blocked traffic/pod-to-pod']);
  const alone = ['fail ', 'blocked traffic/pod-to-pod'];
  t.deepEqual(told('ovs/ports-up', 'dpu1', 'pf0vf1'), alone, 'on another node');
  t.deepEqual(told('ovs/ports-up', 'dpu2', 'pf0vf2'), alone, 'another port');
  t.deepEqual(
    told('sriov/hw-tc-offload', 'dpu2', 'pf0vf1'),
    alone,
    'nothing that keeps packets from passing',
  );
});

test('the checks whose failures tell what drops packets are there', (t) => {
  const ids = new Set<string>(CHECKS.map(({ id }) => id));
  t.deepEqual(
    [...NAMES_WHAT_DROPS].filter((id) => !ids.has(id)),
    [],
  );
});

test('two places are two failures', (t) => {
  const other: Hop = { ...REPRESENTOR, node: 'dpu3', name: 'pf0vf7' };
  const results = judge(aTraffic([lostAt(aPath(POD1, POD2), REPRESENTOR), lostAt(aPath(POD1, POD3), other)]));
  t.deepEqual(
    results.map(({ verdict }) => verdict),
    ['fail', 'fail'],
  );
});

test('what a document says does not work is an expected gap, and a pass once it works', (t) => {
  const path = aPath(POD1, POD2, { expectedGap: 'hosts are isolated (seed K L142)' });
  const lost: PathMeasurement = lostAt(path, REPRESENTOR);
  const gap = resultOf(t, judge(aTraffic([lost])), 'traffic/pod-to-pod');
  t.is(gap.verdict, 'skip');
  t.true(gap.expectedGap);
  t.regex(gap.reason ?? '', /seed K L142.*gets no answer/);
  t.is(resultOf(t, judge(aTraffic([aMeasurement(path)])), 'traffic/pod-to-pod').verdict, 'pass');
});

test('where no stream was sent, what judges streams says so, and why', (t) => {
  const path = aPath(POD1, POD2);
  const said = (...measurements: readonly PathMeasurement[]): readonly unknown[] => {
    const results = judge(aTraffic(measurements), {}, [...REACH, ...OFFLOAD]);
    const { verdict, reasonCode, blockedBy } = resultOf(t, results, 'traffic/offload');
    return [verdict, reasonCode, blockedBy];
  };
  t.deepEqual(said(aMeasurement(path)), ['error', 'not-recorded', undefined]);
  t.deepEqual(said(lostAt(path, REPRESENTOR)), ['blocked', 'blocked', ['traffic/pod-to-pod']]);
  const cut = aMeasurement(aPath(POD1, POD2, { protocol: 'tcp' }), {
    exchange: { ok: true, value: aConversation({ received: 0 }) },
  });
  t.deepEqual(said(aMeasurement(path), cut), ['blocked', 'blocked', ['traffic/pod-to-pod']]);
  t.deepEqual(said(aMeasurement(aPath(POD1, POD1, { kind: 'pod-to-node' }))), [
    'skip',
    'not-applicable',
    undefined,
  ]);
});
