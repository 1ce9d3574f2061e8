import { readDocument } from '../document.ts';
import { InventoryError, quoted } from '../error.ts';
import type { Inventory } from '../node.ts';
import { containerEngines, type Engine } from './engine.ts';
import { type KindNode, rolesByConvention, rolesByLabels, type Told } from './kind-roles.ts';

const TIMEOUT = 30_000;
const MAX_OUTPUT = 4 * 1024 * 1024;

/**
 * The nodes of a kind cluster: its containers, as the container engine lists them. Which of them are DPUs and DPU hosts
 * is told by the cluster's node labels where the kubeconfig has its context, else by the convention of seed K L22-33;
 * the notes say which.
 *
 * @throws {InventoryError}
 */
export async function importKind(cluster: string): Promise<Inventory> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(cluster)) {
    throw new InventoryError(
      `kind:${quoted(cluster).slice(1, -1)}: that is no name of a kind cluster`,
      'Write kind:NAME; kind get clusters shows the names.',
    );
  }
  const { engine, nodes } = await findNodes(cluster);
  const usable = nodes.filter(({ role }) => role === 'control-plane' || role === 'worker');
  const told = await tell(cluster, usable);
  const inventory = readDocument(`kind:${cluster}`, {
    value: {
      version: 1,
      nodes: usable.map(({ name, role }) => ({
        name,
        role,
        // The set-up that made hosts and DPUs concerns all nodes of the cluster.
        ...(told.nodes.size > 0 ? { simulation: 'veth' } : {}),
        ...told.nodes.get(name),
        container: { engine, name },
      })),
    },
    where: () => `kind:${cluster}`,
  });
  const others = nodes.filter((node) => !usable.includes(node)).map(({ name }) => name);
  const leftOut = others.length === 0 ? [] : [`left out, as they are no nodes: ${others.join(', ')}`];
  return { ...inventory, notes: [...told.notes, ...leftOut] };
}

/** Labels first; they are missing until step 14 of seed K. */
async function tell(cluster: string, nodes: readonly KindNode[]): Promise<Told> {
  const { readNodeLabels } = await import('../../kubernetes/node-labels.ts');
  const context = `kind-${cluster}`;
  const labels = await readNodeLabels(context);
  const told = labels.kind === 'labels' ? rolesByLabels(nodes, labels.byNode) : undefined;
  if (told !== undefined) return told;
  const why =
    labels.kind === 'labels'
      ? `no node of context ${context} is labelled k8s.ovn.org/dpu-host or k8s.ovn.org/dpu`
      : labels.why;
  const convention = rolesByConvention(nodes);
  return { nodes: convention.nodes, notes: [`${why}; ${convention.notes.join('; ')}`] };
}

async function findNodes(
  cluster: string,
): Promise<{ readonly engine: Engine; readonly nodes: readonly KindNode[] }> {
  const engines = await containerEngines();
  const said: string[] = [];
  for (const engine of engines) {
    const nodes = await listNodes(engine, cluster);
    if (typeof nodes === 'string') said.push(`${engine}: ${nodes}`);
    else if (nodes.length > 0) return { engine, nodes };
    else said.push(`${engine}: no container of that cluster`);
  }
  throw new InventoryError(
    `kind:${cluster}: ${said.length === 0 ? 'neither docker nor podman is on PATH' : said.join('; ')}`,
    'Run it where the cluster runs; kind get clusters shows the names.',
  );
}

/** The cluster's containers, or why the engine did not list them. */
async function listNodes(engine: Engine, cluster: string): Promise<readonly KindNode[] | string> {
  const { execa } = await import('execa');
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  const result = await execa(engine, ['ps', '--all', '--filter', filter, '--format', '{{json .}}'], {
    reject: false,
    stdin: 'ignore',
    timeout: TIMEOUT,
    forceKillAfterDelay: 500,
    maxBuffer: MAX_OUTPUT,
  });
  if (result.timedOut) return `no answer within ${TIMEOUT / 1000} s`;
  if (result.failed) return firstLine(result.stderr || result.shortMessage || 'it failed');
  const lines = result.stdout.split('\n').filter((line) => line.trim() !== '');
  const nodes = lines.map(parseContainer);
  return nodes.every((node) => node !== undefined) ? nodes : 'its list of containers is no JSON';
}

const firstLine = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 200);

/** Docker prints names and labels as texts with commas, podman as a list and a mapping. */
function parseContainer(line: string): KindNode | undefined {
  let container: unknown;
  try {
    container = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof container !== 'object' || container === null) return undefined;
  const { Names: names, Labels: labels } = container as {
    readonly Names?: unknown;
    readonly Labels?: unknown;
  };
  const [name] = Array.isArray(names) ? names : typeof names === 'string' ? names.split(',') : [];
  if (typeof name !== 'string' || name === '') return undefined;
  return { name, role: roleLabel(labels) };
}

const ROLE_LABEL = 'io.x-k8s.kind.role';

function roleLabel(labels: unknown): string {
  if (typeof labels === 'string')
    return new RegExp(`(?:^|,)${ROLE_LABEL.replaceAll('.', '\\.')}=([^,]*)`).exec(labels)?.[1] ?? '';
  const role: unknown =
    typeof labels === 'object' && labels !== null
      ? (labels as Record<string, unknown>)[ROLE_LABEL]
      : undefined;
  return typeof role === 'string' ? role : '';
}
