import test from 'ava';
import type { ClusterFactName } from '../../facts/cluster/index.ts';
import type { Pod } from '../../facts/cluster/pods.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { GatheredCluster } from '../../runner/cluster.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import type { Result } from '../../runner/report.ts';
import { prospects } from '../../runner/wait.ts';
import { clusterFactsOf } from '../helpers/cluster-facts.ts';
import { aFinding, aResult } from '../helpers/reports.ts';

const { pods } = clusterFactsOf(bluefieldCluster());

/** The cluster in which the pod of the device plugin on this node has an image that does not exist. */
function withoutImage(node: string): { cluster: GatheredCluster; pod: Pod } {
  const found = pods.find((pod) => pod.node === node && pod.name.includes('device-plugin'));
  if (found === undefined) throw new Error(`no device plugin on ${node}`);
  const pod: Pod = {
    ...found,
    containers: found.containers.map((container) => ({
      ...container,
      ready: false,
      state: 'waiting: ImagePullBackOff',
      message: `manifest for ${container.image} not found: manifest unknown`,
    })),
  };
  const facts = new Map<ClusterFactName, { ok: true; value: unknown }>([
    ['pods', { ok: true, value: pods.map((one) => (one === found ? pod : one)) }],
    ['events', { ok: true, value: [] }],
  ]);
  const rest = { uri: '', ground: '', commands: new Map(), unreachable: undefined, durationMs: 0 };
  return {
    cluster: { name: 'c', facts, subject: { name: 'c', nodes: [], contradictions: [] }, ...rest },
    pod,
  };
}

const nodes = ['dpu-host', 'dpu'].map(
  (name): GatheredNode => ({
    node: { name: `${name}.example`, access: { kind: 'none' }, kubernetes: { cluster: 'c', node: name } },
    uri: name,
    role: undefined,
    roleGround: 'this test',
    simulation: undefined,
    facts: new Map(),
    unreachable: undefined,
    durationMs: 0,
    answers: new Map(),
  }),
);

const failed = (checkId: string, given: Partial<Result>): Result => ({
  ...aResult({ checkId }),
  verdict: 'fail',
  findings: [aFinding()],
  ...given,
});

test('what can recover is waited for, whatever else is stuck', (t) => {
  const { cluster, pod } = withoutImage('dpu-host');
  const held = [
    failed('resources/multus', { target: 'dpu-host.example' }),
    failed('chain/x', { target: 'other', pair: { host: 'other', dpu: 'dpu-host.example' } }),
    failed('resources/daemon-sets', {
      target: 'cluster:c',
      findings: [aFinding({ message: `${pod.namespace}/${pod.owner?.name} is short of pods` })],
    }),
  ];
  const free = [
    failed('ovs/daemons', { target: 'dpu.example' }),
    failed('ovnkube/rollout', { target: 'cluster:c' }),
    failed('resources/daemon-sets', { target: 'cluster:another', findings: held[2]?.findings ?? [] }),
  ];
  const { hopeful, givenUp } = prospects([...held, ...free], [cluster], nodes);
  t.deepEqual(hopeful, free);
  t.is(givenUp.length, 1);
  t.regex(givenUp[0] ?? '', new RegExp(`^pod ${pod.namespace}/${pod.name} will not come up by itself: `));
  t.deepEqual(prospects(held, [cluster], nodes).hopeful, []);
});

test('a pod that is stuck and holds nothing is not spoken of', (t) => {
  const { cluster } = withoutImage('dpu-host');
  const other = [failed('ovs/daemons', { target: 'dpu.example' })];
  t.deepEqual(prospects(other, [cluster], nodes), { hopeful: other, givenUp: [] });
});
