import process from 'node:process';
import test from 'ava';
import { PATH_KINDS } from '../../facts/traffic/path.ts';
import type { Report } from '../../runner/report.ts';
import { downJointLab, type JointLab, upJointLab } from '../joint/index.ts';
import { assertHealthy, examine } from './examine.ts';

/* Traffic between pods of a cluster whose nodes are hosts and their DPUs: made for the run, and existing ones. */

const name = `test-traffic-joint-${process.pid}`;
let lab: JointLab;

test.before(async () => {
  lab = await upJointLab({ name });
});

test.after.always(() => downJointLab({ name }));

/** The lab's nodes have one image, by this name. */
const traffic = (...args: readonly string[]): Promise<Report> =>
  examine('traffic', '--kubeconfig', lab.kubeconfig, '-i', lab.nodes.inventoryFile, ...args);

const namespacesOfRuns = async (): Promise<readonly string[]> =>
  (await lab.api.list('/api/v1/namespaces'))
    .map(({ metadata }) => metadata.name)
    .filter((namespace) => namespace.startsWith('dpu-doctor-'));

const passedOn = ({ results }: Report): readonly string[] => [
  ...new Set(results.filter(({ verdict }) => verdict === 'pass').map(({ checkId }) => checkId)),
];

test.serial(
  'pods that are made reach each other on every kind of path, and are gone afterwards',
  async (t) => {
    const report = await traffic('--image', 'alpine');
    assertHealthy(t, report);
    const passed = passedOn(report);
    for (const kind of PATH_KINDS) t.true(passed.includes(`traffic/${kind}`), kind);
    t.true(passed.includes('traffic/mtu'));
    const skipped = report.results.filter(({ verdict }) => verdict === 'skip');
    t.deepEqual([...new Set(skipped.map(({ checkId }) => checkId))].sort(), [
      'traffic/offload',
      'traffic/over-mtu',
    ]);
    t.deepEqual(await namespacesOfRuns(), []);
  },
);

test.serial('without a login to any node the API alone is enough', async (t) => {
  const report = await examine('traffic', '--kubeconfig', lab.kubeconfig, '--image', 'alpine');
  assertHealthy(t, report);
  const passed = passedOn(report);
  for (const kind of PATH_KINDS) t.true(passed.includes(`traffic/${kind}`), kind);
  t.true(
    report.results.some(({ reason }) => /shares its node's network/.test(reason ?? '')),
    'the pods that stand in for nodes are said not to be accelerated',
  );
  t.deepEqual(await namespacesOfRuns(), []);
});

test.serial('pods that exist are used, and nothing is made', async (t) => {
  const pods = [await lab.startPod('one', 1), await lab.startPod('two', 2)];
  t.teardown(async () => {
    for (const pod of pods) await lab.removePod(pod);
  });
  const report = await traffic('--pod', 'default/one', '--pod', 'default/two');
  assertHealthy(t, report);
  const between = report.results.filter(({ checkId }) => checkId === 'traffic/pod-to-pod');
  t.deepEqual(between.map(({ path, verdict }) => `${path?.title} ${verdict}`).sort(), [
    'default/one → default/two, ICMP, IPv4 pass',
    'default/one → default/two, TCP, IPv4 pass',
    'default/two → default/one, ICMP, IPv4 pass',
    'default/two → default/one, TCP, IPv4 pass',
  ]);
  t.deepEqual(await namespacesOfRuns(), []);
});

test.serial('a pod that is not there is said, and the others are used', async (t) => {
  const report = await traffic('--pod', 'default/none');
  t.is(report.exitCode, 2);
  t.like(
    report.results.find(({ checkId }) => checkId === 'traffic/sent'),
    { verdict: 'error', reasonCode: 'pod-missing', reason: 'there is no pod default/none' },
  );
});
