import type { Check } from '../checks/define.ts';
import { groupOf } from '../runner/select.ts';
import { SUITES, type Suite } from '../suites/index.ts';
import { didYouMean, UsageError } from './usage-error.ts';

/** The checks take longer to load than all the rest: nothing waits for them that does not need them. */
export const catalogue = async (): Promise<readonly Check[]> => (await import('../checks/index.ts')).CHECKS;

/** The same checks for a run that names no cluster: those that ask one may be stand-ins, of which nothing is planned. */
export const catalogueWithoutCluster = async (): Promise<readonly Check[]> =>
  (await import('../checks/without-cluster.ts')).CHECKS_WITHOUT_CLUSTER;

/** The suite, or the group of checks, that was named. @throws {UsageError} */
export async function findSuite(name: string): Promise<Suite> {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const groups = new Set((await catalogueWithoutCluster()).map(groupOf));
  if (groups.has(name))
    return { name, description: `the checks of ${name}`, select: [name], skip: [], expect: {} };
  const names = [
    ...SUITES.map((candidate) => candidate.name),
    ...groups,
    'run',
    'list',
    'explain',
    'inventory',
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
