import type { Check } from '../checks/define.ts';
import { SIMULATIONS } from '../facts/derived/role.ts';
import { groupOf, selectChecks } from '../runner/select.ts';
import { SUITES, type Suite } from '../suites/index.ts';
import { didYouMean, UsageError } from './usage-error.ts';

/** The checks take longer to load than all the rest: nothing waits for them that does not need them. */
export const catalogue = async (): Promise<readonly Check[]> => (await import('../checks/index.ts')).CHECKS;

/**
 * The checks for a run that names no cluster and sends no traffic: those that ask a cluster may be stand-ins, of which
 * nothing is planned.
 */
export const catalogueWithoutCluster = async (): Promise<readonly Check[]> =>
  (await import('../checks/without-cluster.ts')).CHECKS_WITHOUT_CLUSTER;

/** All that examine without sending anything. */
export const passiveCatalogue = async (): Promise<readonly Check[]> =>
  (await catalogue()).filter(({ scope }) => scope !== 'path');

/** The checks that a suite and the words of --select and --skip choose: what sends traffic only where it is asked for. */
export async function chosenChecks(
  suite: Suite,
  select: readonly string[],
  skip: readonly string[],
): Promise<readonly Check[]> {
  const wanted = select.length > 0 ? select : suite.select;
  const chosen = selectChecks(await catalogue(), wanted, [...suite.skip, ...skip]);
  return wanted.length > 0 || suite.active ? chosen : chosen.filter(({ scope }) => scope !== 'path');
}

/** The suite, or the group of checks, that was named. @throws {UsageError} */
export async function findSuite(name: string): Promise<Suite> {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const groups = new Set((await catalogueWithoutCluster()).map(groupOf));
  if (groups.has(name)) {
    const simulation = SIMULATIONS.find((one) => one === name);
    const isFor = simulation === undefined ? {} : { simulation };
    return { name, description: `the checks of ${name}`, select: [name], skip: [], expect: {}, ...isFor };
  }
  const names = [
    ...SUITES.map((candidate) => candidate.name),
    ...groups,
    'run',
    'list',
    'explain',
    'inventory',
    'cleanup',
    'permissions',
    'topology',
    'demo',
    'help',
    'version',
  ];
  throw new UsageError(
    `no suite or command is called '${name}'`,
    `${didYouMean(name, names)}dpu-doctor list --suites shows the suites, --help the commands.`,
  );
}
