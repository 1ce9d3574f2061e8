import test, { type ExecutionContext } from 'ava';
import { parseAllDocuments } from 'yaml';
import type { Report } from '../../runner/report.ts';
import { dpuDoctor, examine } from '../../test/helpers/cli.ts';
import { bluefieldCluster, type PolicyRule, stageCluster } from '../kubernetes/index.ts';
import { apiServer } from './api-server.ts';

/* A service account with the printed ClusterRole and with nothing else. */

const server = apiServer('cluster-permissions');

test.serial.before(async () => {
  // No DPU renews its lease here, and the tests take longer than one holds.
  await stageCluster(server.lab, bluefieldCluster({ now: new Date(Date.now() + 600_000) }));
});

async function printedRules(t: ExecutionContext): Promise<readonly PolicyRule[]> {
  const { code, stdout, stderr } = await dpuDoctor(['permissions', '--rbac']);
  t.is(code, 0, stderr);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS());
  t.deepEqual(
    objects.map(({ kind }) => kind),
    ['ClusterRole'],
  );
  return objects.flatMap(({ rules }) => rules);
}

/** One rule for each resource and path. */
const single = (rules: readonly PolicyRule[]): readonly PolicyRule[] =>
  rules.flatMap(({ resources = [], nonResourceURLs = [], ...rest }) => [
    ...resources.map((resource) => ({ ...rest, resources: [resource] })),
    ...nonResourceURLs.map((url) => ({ ...rest, nonResourceURLs: [url] })),
  ]);

const refused = ({ targets }: Report): readonly string[] =>
  (targets[0]?.facts ?? []).filter(({ outcome }) => outcome === 'permission').map((fact) => fact.name);

/** Whoever the API server knows may read these, whatever a role says (system:public-info-viewer). */
const PUBLIC = ['/version'];

/** Asked of failing containers alone, of which the staged cluster has none. */
const UNASKED = ['pods/log'];

test.serial('with exactly the printed rules, nothing is refused', async (t) => {
  const asAdmin = await examine(t, ['--kubeconfig', server.lab.kubeconfig]);
  const kubeconfig = await server.lab.serviceAccount('doctor', await printedRules(t));
  const report = await examine(t, ['--kubeconfig', kubeconfig]);
  t.deepEqual(refused(report), []);
  const verdicts = ({ results }: Report) => results.map(({ checkId, verdict }) => [checkId, verdict]);
  t.deepEqual(verdicts(report), verdicts(asAdmin));
  t.deepEqual(
    report.results.filter(({ verdict }) => verdict === 'error'),
    [],
  );
});

test.serial('without any one of them, the facts of that rule are refused and name the verb', async (t) => {
  const rules = single(await printedRules(t));
  t.true(rules.length >= 5);
  const seen = new Set<string>();
  for (const [index, left] of rules.entries()) {
    const [what = ''] = left.resources ?? left.nonResourceURLs ?? [];
    if ([...PUBLIC, ...UNASKED].includes(what)) continue;
    const kubeconfig = await server.lab.serviceAccount(
      `without-${index}`,
      rules.filter((rule) => rule !== left),
    );
    const report = await examine(t, ['--kubeconfig', kubeconfig]);
    const facts = refused(report);
    t.is(facts.length, 1, `without ${what}: ${facts.join(', ')}`);
    seen.add(facts[0] ?? '');
    for (const { reason, checkId } of report.results.filter(
      ({ reasonCode }) => reasonCode === 'permission',
    )) {
      const [group = ''] = left.apiGroups ?? [];
      const verb = left.verbs[0] ?? '';
      const full = group === '' ? what : `${what}.${group}`;
      t.true(reason?.includes(`may not ${verb} ${full}:`), `${checkId}: ${reason}`);
    }
    t.deepEqual(
      report.results.filter(({ verdict }) => verdict === 'fail').map(({ checkId }) => checkId),
      [],
      `nothing fails for the want of ${what}`,
    );
  }
  t.true(seen.size >= 4);
});
