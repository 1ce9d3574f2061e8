import { type Evidence, evidence } from '../../facts/fact.ts';
import type { TestbedScripts } from '../../facts/testbed-scripts.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';

export const variablesPair = definePairCheck({
  id: 'tap/variables-pair',
  title: 'scripts/variables.sh is the same on the DPU host and its DPU',
  description: 'Both are clones of one virtual machine, and set themselves up by what stands in the file.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['tap'],
  covers: ['S11'],
  after: ['tap/variables-file'],
  requires: { host: ['testbedScripts'], dpu: ['testbedScripts'] },
  simulations: ['tap'],
  messages: {
    DIFFER: {
      text: 'variables.sh of {host} and of {dpu} differ',
      cause:
        'Any changes to default behave should be made in both locations as soon as the scripts are installed so all scripts use the same values.',
      remedy:
        'Compare them: sha256sum <path>/scripts/variables.sh on both nodes, and copy the right one over',
      source: 'seed S L45-47',
    },
  },
  docs: ['seed S L45-47'],
  judge({ host, dpu, subject, report }) {
    const sums = [host, dpu].map(({ testbedScripts }) => new Set(testbedScripts.variables.values()));
    if (sums.some((sum) => sum.size === 0))
      return notApplicable('not both nodes have a readable scripts/variables.sh of the testbed');
    const said = [
      ...sumsOf(subject.host.name, host.testbedScripts),
      ...sumsOf(subject.dpu.name, dpu.testbedScripts),
    ];
    const all = new Set(sums.flatMap((sum) => [...sum]));
    if (all.size === 1) return verdictOf([], said);
    return verdictOf(
      [
        report('DIFFER', {
          subject: 'scripts/variables.sh',
          args: { host: subject.host.name, dpu: subject.dpu.name },
          observed: said.map(({ source, said: sum }) => `${source}: ${sum}`).join(', '),
          expected: 'one content everywhere',
          evidence: said,
        }),
      ],
      said,
    );
  },
});

const sumsOf = (node: string, { variables }: TestbedScripts): Evidence[] =>
  [...variables].map(([path, sum]) => evidence(`${node}: sha256sum ${path}`, sum));
