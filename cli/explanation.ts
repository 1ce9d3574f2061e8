import type { Check } from '../checks/define.ts';
import { type ClusterRead, readCommand } from '../facts/cluster/fact.ts';
import { CLUSTER_FACTS, type ClusterFactName } from '../facts/cluster/index.ts';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';

/** A check's page as Markdown: for `explain`, and for docs/checks. */
export function explanation(check: Check): string {
  return [
    `# ${check.id}`,
    `**${check.title}**`,
    check.description,
    properties(check),
    '## What it reads',
    reads(check),
    ...expectations(check),
    '## What it may say',
    ...Object.entries(check.messages).map(([code, { text, cause, remedy, source, level }]) =>
      [
        `### ${code}${level === 'warn' ? ' (warning)' : ''}`,
        `> ${text}`,
        `Cause: ${cause}`,
        `What to do: ${remedy}`,
        ...(source === undefined ? [] : [`The words are from ${source}.`]),
      ].join('\n\n'),
    ),
    '## Read on',
    check.docs.map((page) => `- ${page}`).join('\n'),
    '',
  ].join('\n\n');
}

function properties(check: Check): string {
  const rows: readonly [string, string][] = [
    ['A broken one is', check.severity === 'error' ? 'a failure' : 'a warning'],
    ['Examined on', EXAMINED[check.scope] ?? ('roles' in check ? check.roles.join(', ') : '')],
    ['Covers', check.covers.join(', ')],
    ['Tags', check.tags.join(', ')],
    ['Comes after', (check.after ?? []).join(', ')],
    ['On simulated targets', simulated(check)],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `- ${label}: ${value}`)
    .join('\n');
}

const EXAMINED: Partial<Record<Check['scope'], string>> = {
  pair: 'a DPU host together with its DPU',
  cluster: 'a cluster',
  path: 'a path on which a run has sent traffic',
};

function simulated(check: Check): string {
  if (check.scope === 'cluster') return '';
  if (check.simulations !== undefined) return `only on these: ${check.simulations.join(', ')}`;
  return check.hardware ? 'skipped, for it asks for hardware' : '';
}

function reads(check: Check): string {
  const ofNode = nodeFacts(check).flatMap((name) =>
    Object.values<Source>(FACTS[name].sources).map(
      (source) => `- ${FACTS[name].title}: \`${sourceKey(source)}\``,
    ),
  );
  const ofCluster = clusterFacts(check).flatMap((name) =>
    Object.values<ClusterRead>(CLUSTER_FACTS[name].lists).map(
      (read) => `- ${CLUSTER_FACTS[name].title}, from the cluster: \`${readCommand(read)}\``,
    ),
  );
  return [...ofNode, ...ofCluster].join('\n');
}

const nodeFacts = (check: Check): readonly FactName[] => {
  if (check.scope === 'cluster') return [];
  return check.scope === 'pair'
    ? [...new Set([...check.requires.host, ...check.requires.dpu])]
    : check.requires;
};

const clusterFacts = (check: Check): readonly ClusterFactName[] => {
  if (check.scope === 'cluster') return check.requires;
  if (check.scope !== 'pair') return check.requiresCluster ?? [];
  const { host = [], dpu = [] } = check.requiresCluster ?? {};
  return [...new Set([...host, ...dpu])];
};

function expectations(check: Check): string[] {
  const table: Readonly<Record<string, ExpectationDefinition>> = EXPECTATIONS;
  const lines = (check.expects ?? []).map((name) => {
    const definition = table[name];
    const value =
      definition?.default === undefined
        ? 'no default'
        : `${definition.default}, ${definition.defaultFrom ?? 'dpu-doctor'}`;
    return `- \`--set ${name}=…\`: ${definition?.description ?? ''} (${value})`;
  });
  return lines.length === 0 ? [] : ['## What may be expected', lines.join('\n')];
}
