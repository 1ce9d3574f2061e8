import test from 'ava';
import { CHAIN_CHECKS } from '../../../checks/chain/index.ts';
import type { AnyPairCheck, Judgement, PairInput } from '../../../checks/define.ts';
import type { ChainPair } from '../../../facts/derived/chain/input.ts';
import {
  anAttachment,
  aPod,
  had,
  healthyPair,
  known,
  PODS,
  podPort,
  withAnnotation,
  withDpu,
} from '../../helpers/chain-input.ts';
import { withInterface, withPort } from '../../helpers/dpu-facts.ts';

/** What each check of chains says of a pair with these pods. */
function judgements(
  pair: ChainPair,
  pods: readonly unknown[] = PODS,
  ofDpus = pods,
): Record<string, Judgement> {
  const facts = (side: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(side).map(([name, outcome]) => [name, had(outcome)]));
  const subject = (name: string, role: 'dpu-host' | 'dpu') => ({ name, role, simulation: undefined });
  const input: PairInput = {
    host: facts(pair.host.facts),
    dpu: facts(pair.dpu?.facts ?? {}),
    cluster: {
      host: { pods, networkAttachments: [anAttachment()] } as never,
      dpu: { pods: ofDpus } as never,
    },
    expected: {},
    subject: { host: subject('host1', 'dpu-host'), dpu: subject('dpu1', 'dpu') },
  };
  return Object.fromEntries(CHAIN_CHECKS.map((check) => [check.id, (check as AnyPairCheck).judge(input)]));
}

const kinds = (all: Record<string, Judgement>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([id, { kind }]) => [id.replace('chain/', ''), kind]));

const HEALTHY = {
  'vf-representors': 'pass',
  'port-duplicates': 'pass',
  'device-duplicates': 'pass',
  'pod-ports': 'pass',
  'dangling-representors': 'pass',
  'ports-without-pod': 'pass',
};

test('a pair whose pods have their VFs passes', (t) => {
  t.deepEqual(kinds(judgements(healthyPair())), HEALTHY);
});

test('a host without pods says nothing of them, and of its VFs what is to be said', (t) => {
  const pair = healthyPair();
  const ovs = had(pair.dpu?.facts.ovs);
  const bare = withInterface(withInterface(ovs, 'pf0vf1', undefined), 'pf0vf2', undefined);
  t.deepEqual(kinds(judgements(withDpu(pair, { ovs: known(bare) }), [])), {
    ...HEALTHY,
    'port-duplicates': 'not-applicable',
    'device-duplicates': 'not-applicable',
    'pod-ports': 'not-applicable',
    'ports-without-pod': 'not-applicable',
  });
});

test('pods that have not got as far as their VF are waited for, not blamed', (t) => {
  const waiting = PODS.map((pod) =>
    withAnnotation(
      withAnnotation({ ...pod, phase: 'Pending' }, 'k8s.ovn.org/dpu.connection-details', undefined),
      'k8s.v1.cni.cncf.io/network-status',
      undefined,
    ),
  );
  const said = judgements(healthyPair(), waiting)['chain/pod-ports'];
  t.is(said?.kind, 'not-applicable');
  t.regex(said?.kind === 'not-applicable' ? said.why : '', /2 of them wait for it/);
});

test('the pod of a port may be in the cluster of the DPUs', (t) => {
  const pair = healthyPair();
  const ovs = withPort(had(pair.dpu?.facts.ovs), 'br-int', podPort('pf0vf3', 'agent'));
  const agent = aPod(3, { name: 'agent', node: 'dpu1' });
  const given = withDpu(pair, { ovs: known(ovs) });
  t.is(judgements(given, PODS, [agent])['chain/ports-without-pod']?.kind, 'pass');
  t.is(judgements(given, PODS, [])['chain/ports-without-pod']?.kind, 'findings');
});

test('what can not be told is no pass', (t) => {
  const pair = healthyPair();
  const netdevs = new Map(
    [...had(pair.dpu?.facts.netdevs)].map(([name, netdev]) => [name, { ...netdev, physPortName: undefined }]),
  );
  const said = kinds(judgements(withDpu(pair, { netdevs: known(netdevs) })));
  t.not(said['vf-representors'], 'pass');
  t.not(said['pod-ports'], 'pass');
  t.not(said['dangling-representors'], 'pass');
});
