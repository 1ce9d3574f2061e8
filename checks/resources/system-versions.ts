import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type ClusterNode, nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

/** What the nodes of one side should have in common. */
const FIELDS = [
  ['kernel', 'kernel'],
  ['osImage', 'operating system'],
  ['architecture', 'architecture'],
] as const satisfies readonly (readonly [keyof ClusterNode, string])[];

export const systemVersions = defineClusterCheck({
  id: 'resources/system-versions',
  title: 'the DPUs run one system, and so do the DPU hosts',
  description:
    'What is offloaded depends on kernel, drivers and firmware. Where one DPU of many runs another image, its traffic may behave in another way, and a finding on one of them says little about the rest.',
  severity: 'warning',
  scope: 'cluster',
  tags: ['cluster', 'versions'],
  covers: ['A7', 'A8', 'A9'],
  after: ['cluster/dpu-labels'],
  requires: ['nodes'],
  messages: {
    DIFFERS: {
      text: 'the {side} run several {what}s: {versions}',
      cause: 'Some were installed or upgraded at another time.',
      remedy: 'kubectl get nodes -o wide',
    },
  },
  docs: ['seed A L14-26'],
  judge({ facts: { nodes }, subject, report }) {
    const sides = (['dpu', 'dpu-host'] as const).map((role) => {
      const names = new Set(subject.nodes.filter((one) => one.role === role).map(({ node }) => node));
      return {
        side: role === 'dpu' ? 'DPUs' : 'DPU hosts',
        own: nodes.filter(({ name, kernel }) => names.has(name) && kernel !== ''),
      };
    });
    const several = sides.filter(({ own }) => own.length > 1);
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        sides
          .flatMap(({ own }) => own)
          .slice(0, 20)
          .map(({ name, kernel, osImage, architecture }) => `${name}: ${osImage}, ${kernel}, ${architecture}`)
          .join('; ') || `${nodes.length} nodes, none of them a DPU or a DPU host`,
      ),
    ];
    if (several.length === 0)
      return notApplicable('there are no two DPUs and no two DPU hosts to be compared', seen);
    const findings = several.flatMap(({ side, own }) =>
      FIELDS.flatMap(([field, what]) => {
        const found = Map.groupBy(own, (node) => node[field]);
        if (found.size < 2) return [];
        const versions = [...found].map(([version, where]) => `${version} on ${namesOf(where)}`).join('; ');
        return report('DIFFERS', {
          subject: side,
          args: { side, what, versions },
          observed: versions,
          expected: `one ${what}`,
          evidence: seen,
        });
      }),
    );
    return verdictOf(findings, seen);
  },
});

const namesOf = (nodes: readonly ClusterNode[]): string =>
  `${nodes
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}${nodes.length > 3 ? ` and ${nodes.length - 3} more` : ''}`;
