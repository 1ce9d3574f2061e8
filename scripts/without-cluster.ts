import { join } from 'node:path';
import type { Check } from '../checks/define.ts';
import { CHECKS } from '../checks/index.ts';

const FOLDER = join(import.meta.dirname, '../checks');

/** The file that stands in the bundle with what this makes. */
export const REPLACED = join(FOLDER, 'without-cluster.ts');

/** Whether a check can't be planned where no cluster is named: what it declares to read of one decides. */
export function asksCluster(check: Check): boolean {
  if (check.scope === 'cluster') return true;
  if (check.scope !== 'pair') return (check.requiresCluster ?? []).length > 0;
  const { host = [], dpu = [] } = check.requiresCluster ?? {};
  return host.length + dpu.length > 0;
}

/** The catalogue in its order, as a module with stand-ins for the checks that ask a cluster. */
export async function catalogueWithoutCluster(): Promise<string> {
  // What sends traffic is chosen only where somebody asks for it; the whole catalogue is loaded then.
  const passive = CHECKS.filter(({ scope }) => scope !== 'path');
  const items = await Promise.all(passive.map((check, index) => itemOf(check, `check${index}`)));
  return [
    "import { standIn } from './stand-in.ts';",
    ...items.flatMap(({ imported }) => imported),
    `export const CHECKS_WITHOUT_CLUSTER = [${items.map(({ item }) => item).join(', ')}];`,
    '',
  ].join('\n');
}

async function itemOf(
  check: Check,
  name: string,
): Promise<{ readonly imported: readonly string[]; readonly item: string }> {
  if (asksCluster(check)) {
    const { description: _, docs: __, messages: ___, ...outline } = check;
    return { imported: [], item: `standIn(${JSON.stringify(outline)})` };
  }
  // A check's file is called as its id is.
  const exported = Object.entries<unknown>(await import(join(FOLDER, `${check.id}.ts`)));
  const [found] = exported.find(([, value]) => value === check) ?? [];
  if (found === undefined) throw new Error(`checks/${check.id}.ts does not export the check ${check.id}`);
  return { imported: [`import { ${found} as ${name} } from './${check.id}.ts';`], item: name };
}
