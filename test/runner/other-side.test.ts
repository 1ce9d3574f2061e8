import test from 'ava';
import { CHECKS } from '../../checks/index.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { foldByDpu } from '../../runner/other-side.ts';
import type { Result } from '../../runner/report.ts';
import { aNetdev } from '../helpers/node-facts.ts';

const node = (name: string, dpu?: string): GatheredNode => ({
  node: { name, access: { kind: 'local' }, ...(dpu === undefined ? {} : { dpu }) },
  uri: 'local:',
  role: dpu === undefined ? 'dpu' : 'dpu-host',
  simulation: undefined,
  roleGround: 'test',
  facts: new Map([
    [
      'netdevs',
      { ok: true, value: new Map([['eth5', aNetdev('eth5', '0000:03:00.0', { physPortName: 'c1pf0' })]]) },
    ],
  ]),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

const failed = (target: string, checkId: string, code: string, subject: string): Result =>
  ({
    target,
    checkId,
    verdict: 'fail',
    findings: [{ code, subject, message: `${subject}: ${code}`, level: 'fail', evidence: [] }],
    evidence: [],
  }) as unknown as Result;

const PAIR = [node('host1', 'dpu1'), node('dpu1')];
const lost = (code = 'NO_CARRIER'): Result => failed('host1', 'sriov/pf-up', code, 'enp2s0f0np0');
const down = (subject: string, target = 'dpu1', code = 'DOWN'): Result =>
  failed(target, 'ovs/ports-up', code, subject);
const verdictOf = (results: readonly Result[], nodes = PAIR): string | undefined =>
  foldByDpu(results, nodes, CHECKS).find(({ target }) => target === 'host1')?.verdict;

test("a carrier that the DPU's representor of the PF takes away is blocked by that one failure", (t) => {
  const [host, dpu] = foldByDpu([lost(), down('eth5')], PAIR, CHECKS);
  t.is(host?.verdict, 'blocked');
  t.deepEqual(host?.blockedBy, ['ovs/ports-up']);
  t.deepEqual(host?.pair, { host: 'host1', dpu: 'dpu1' });
  t.is(host?.reason, 'ovs/ports-up did not pass on dpu1, which explains it');
  t.is(dpu?.verdict, 'fail');
});

test('what the DPU does not explain stays a failure', (t) => {
  t.is(verdictOf([lost('DOWN'), down('eth5')]), 'fail');
  t.is(verdictOf([lost(), down('p0')]), 'fail');
  t.is(verdictOf([lost(), down('eth5', 'dpu1', 'NO_CARRIER')]), 'fail');
  t.is(verdictOf([lost(), down('eth5', 'dpu2')]), 'fail');
  t.is(verdictOf([lost()]), 'fail');
  t.is(verdictOf([lost(), down('eth5')], [node('host1', 'dpu2'), node('dpu1')]), 'fail');
});

test('the management port has its carrier from the device of its name on the DPU', (t) => {
  const port = failed('host1', 'gateway/management-port-up', 'NO_CARRIER', 'ovn-k8s-mp0');
  t.is(verdictOf([port, down('ovn-k8s-mp0')]), 'blocked');
  t.is(verdictOf([port, down('eth5')]), 'fail');
});
