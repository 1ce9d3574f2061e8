import { NOT_COVERED, OPEN } from '../checks/claims.ts';
import { CHECKS } from '../checks/index.ts';
import { explanation } from '../cli/explanation.ts';
import { type ClusterRead, resourceOf } from '../facts/cluster/fact.ts';
import { CLUSTER_FACTS } from '../facts/cluster/index.ts';
import { FACTS } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { TRAFFIC_COMMANDS } from '../facts/traffic/commands.ts';
import { groupOf } from '../runner/select.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';
import { SUITES } from '../suites/index.ts';

const NOTE = '<!-- Made from the catalogue by `npm run docs`; edit the checks instead. -->\n';

/** The pages that are made from the catalogue, by their path in the repository. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ...CHECKS.map((check): [string, string] => [
      `docs/checks/${check.id}.md`,
      `${NOTE}\n${explanation(check)}`,
    ]),
    ['docs/checks/README.md', catalogue()],
    ['docs/claims.md', claims()],
    ['docs/commands.md', commands()],
    ['docs/expectations.md', expectations()],
  ]);
}

function catalogue(): string {
  const groups = [...new Set(CHECKS.map(groupOf))];
  const tables = groups.map((group) => {
    const rows = CHECKS.filter((check) => groupOf(check) === group).map(
      (check) => `| [${check.id}](${check.id}.md) | ${cell(check.title)} | ${check.covers.join(' ')} |`,
    );
    return [`## ${group}`, '', '| check | passes when | claims |', '|---|---|---|', ...rows].join('\n');
  });
  const suites = SUITES.map(
    ({ name, description, select }) =>
      `- \`${name}\`: ${description}${select.length === 0 ? '' : ` (${select.join(', ')})`}`,
  );
  return [
    NOTE,
    '# Checks',
    '',
    `${CHECKS.length} checks. Suites that choose among them:`,
    '',
    ...suites,
    '',
    tables.join('\n\n'),
    '',
  ].join('\n');
}

function claims(): string {
  const byClaim = new Map<string, string[]>();
  for (const { id, covers } of CHECKS) {
    for (const claim of covers) byClaim.set(claim, [...(byClaim.get(claim) ?? []), id]);
  }
  const sorted = [...byClaim].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return [
    NOTE,
    '# Claims of the documents and the checks that cover them',
    '',
    'G is the gateway interface derivation, K the veth topology in kind, A the VF allocation on BlueField-2, D the DPF guide, S the software testbed.',
    '',
    '| claim | checks |',
    '|---|---|',
    ...sorted.map(
      ([claim, ids]) => `| ${claim} | ${ids.map((id) => `[${id}](checks/${id}.md)`).join(', ')} |`,
    ),
    '',
    '## What of them stays open',
    '',
    'Each of these has its check above; this part of it no node shows.',
    '',
    ...reasons(OPEN),
    '',
    '## Claims about nodes without a check',
    '',
    ...reasons(NOT_COVERED),
    '',
  ].join('\n');
}

const reasons = (claims: Readonly<Record<string, string>>): string[] => [
  '| claim | why |',
  '|---|---|',
  ...Object.entries(claims).map(([claim, why]) => `| ${claim} | ${cell(why)} |`),
];

function commands(): string {
  const rows = Object.entries(FACTS).flatMap(([name, fact]) =>
    Object.values<Source>(fact.sources).map(
      (source) =>
        `| ${name} | \`${cell(sourceKey(source).replace(/^root: /, ''))}\` | ${'root' in source && source.root ? 'yes' : ''} |`,
    ),
  );
  return [
    NOTE,
    '# What runs on a node',
    '',
    'One POSIX shell script holds whatever the chosen checks need of this list. It reads and changes nothing. `files`,',
    '`attributes`, `links` and `paths` are read by the shell, `head` and `ls`. Where the login is not root, what needs',
    'root goes through `sudo -n`.',
    '',
    '| fact | source | root |',
    '|---|---|---|',
    ...rows,
    '',
    '## Where traffic is sent',
    '',
    'Runs that send traffic ([traffic.md](traffic.md)) start these as well, on nodes and in the pods and namespaces between',
    'which it is sent. They change nothing either.',
    '',
    '| command | for what | root |',
    '|---|---|---|',
    ...TRAFFIC_COMMANDS.map(
      ({ command, why, root }) => `| \`${cell(command)}\` | ${why} | ${root ? 'yes' : ''} |`,
    ),
    '',
    '# What is read of a cluster',
    '',
    'Where a cluster is named, its API is asked for what the chosen checks need of this list, and always for what tells',
    'which nodes there are: nodes, pods, DaemonSets, Deployments, leases and the DPUs of DPF. Nothing but `get` and `list`',
    'is used where no traffic is sent, and secrets are never read.',
    '',
    '| fact | verb | resource |',
    '|---|---|---|',
    ...clusterRows(),
    '',
  ].join('\n');
}

const clusterRows = (): string[] =>
  Object.entries(CLUSTER_FACTS).flatMap(([name, fact]) =>
    Object.values<ClusterRead>(fact.lists).map(
      (read) => `| ${name} | ${read.single ? 'get' : 'list'} | \`${resourceOf(read)}\` |`,
    ),
  );

function expectations(): string {
  const rows = Object.entries<ExpectationDefinition>(EXPECTATIONS).map(
    ([name, { type, description, default: value, defaultFrom }]) =>
      `| \`${name}\` | ${type} | ${cell(description)} | ${value === undefined ? '' : cell(String(value))} | ${cell(defaultFrom ?? '')} |`,
  );
  return [
    NOTE,
    '# Expectations',
    '',
    'Given with `--set name=value`, under `expect:` in the inventory, or by a suite; the first of them counts.',
    '',
    '| name | type | meaning | default | from |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
