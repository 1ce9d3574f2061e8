import test from 'ava';
import { TRAFFIC_CHECKS } from '../../checks/traffic/index.ts';
import type { Hop } from '../../facts/traffic/location.ts';
import { renderHuman } from '../../reporters/human.ts';
import { renderJunit } from '../../reporters/junit.ts';
import { completeReport } from '../../runner/complete-report.ts';
import { judgePaths } from '../../runner/paths.ts';
import type { Report } from '../../runner/report.ts';
import { matchesGolden } from '../helpers/golden.ts';
import { closed, compileSchema, publishedSchema } from '../helpers/report-schema.ts';
import { aReport, aTarget } from '../helpers/reports.ts';
import { aMeasurement, aPath, aPod, aTraffic, aTrafficNode, lostAt } from '../helpers/traffic.ts';

/** Two pairs, where nothing gets into the second host's pod, and one object that could not be removed. */
function trafficReport(): Report {
  const [one, two] = [aPod('host1', 1), aPod('host2', 2)];
  const lost: Hop = {
    kind: 'representor',
    node: 'dpu2',
    name: 'pf0vf1',
    direction: 'request',
    counter: 'tx',
  };
  const measured = aTraffic([
    lostAt(aPath(one, two), lost),
    lostAt(aPath(two, one), { ...lost, direction: 'reply' }),
    aMeasurement(aPath(one, one, { kind: 'hairpin', protocol: 'tcp' })),
    aMeasurement(aPath(one, one, { kind: 'pod-to-node' })),
    aMeasurement(aPath(one, one, { kind: 'pod-to-node', protocol: 'tcp' })),
  ]);
  const nodes = ['host1', 'dpu1', 'host2', 'dpu2'].map((name) => aTrafficNode(name));
  const layer = { from: 'suite traffic', values: {} };
  const { format: _, summary: __, exitCode: ___, ...report } = aReport({ suite: 'traffic' });
  return completeReport({
    ...report,
    targets: nodes.map(({ node, role }) =>
      aTarget({ name: node.name, ...(role === undefined ? {} : { role }) }),
    ),
    results: judgePaths(
      TRAFFIC_CHECKS.filter(({ measures }) => measures === 'exchange'),
      measured,
      nodes,
      { set: layer, suite: layer },
    ),
    traffic: {
      paths: 5,
      notes: ['2 pods were made, one on each DPU host'],
      left: ['namespace dpu-doctor-1: kubectl delete namespace dpu-doctor-1'],
    },
  });
}

for (const detail of ['normal', 'quiet'] as const)
  test(`a path that loses all, and what is still there, ${detail}`, async (t) => {
    const terminal = { width: 100, colour: 0, unicode: true } as const;
    matchesGolden(t, `traffic.human-${detail}.txt`, await renderHuman(trafficReport(), { detail, terminal }));
  });

test('a case for each path in JUnit, each with a name of its own', async (t) => {
  const text = await renderJunit(trafficReport());
  const names = [...text.matchAll(/<testcase[^>]* name="([^"]*)"/g)].map(([, name]) => name);
  t.is(names.length, 5);
  t.is(new Set(names).size, 5);
  t.true(names.includes('traffic/pod-to-pod [run/pod2 → run/pod1, ICMP, IPv4]'), names.join('\n'));
  t.is([...text.matchAll(/<failure/g)].length, 1);
});

test('the schema describes all of it', (t) => {
  const valid = compileSchema(closed(publishedSchema()));
  t.true(valid(JSON.parse(JSON.stringify(trafficReport()))), JSON.stringify(valid.errors));
});
