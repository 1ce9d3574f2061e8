import test from 'ava';
import { catalogueWithoutCluster, chosenChecks, findSuite, passiveCatalogue } from '../../cli/suite.ts';
import { SUITES } from '../../suites/index.ts';

const sends = (checks: readonly { readonly scope: string }[]): boolean =>
  checks.some(({ scope }) => scope === 'path');

test('traffic is sent by the suites that say so, by name, and by no other word', async (t) => {
  for (const suite of SUITES) {
    const active = suite.name === 'traffic' || suite.name === 'conformance';
    t.is(sends(await chosenChecks(suite, [], [])), active, suite.name);
    const without = chosenChecks(suite, [], ['traffic']);
    if (suite.name === 'traffic') await t.throwsAsync(without, { message: /leaves no check/ });
    else t.is(sends(await without), false, suite.name);
    t.false(sends(await chosenChecks(suite, ['ovs', 'sriov', 'cluster'], [])), suite.name);
    t.true(sends(await chosenChecks(suite, ['traffic/pod-to-pod'], [])), suite.name);
  }
  t.false(sends(await passiveCatalogue()));
  t.false(sends(await catalogueWithoutCluster()));
});

test('conformance is everything', async (t) => {
  const passive = (await passiveCatalogue()).map(({ id }) => id);
  const all = (await chosenChecks(await findSuite('conformance'), [], [])).map(({ id }) => id);
  t.deepEqual(
    passive.filter((id) => !all.includes(id)),
    [],
  );
  t.true(all.length > passive.length);
});
