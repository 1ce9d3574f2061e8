import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const variablesFile = defineCheck({
  id: 'tap/variables-file',
  title: 'scripts/variables.sh is the same here as where the testbed was made',
  description:
    'The scripts on the hypervisor and in the virtual machines take names, addresses and counts from it.',
  severity: 'error',
  scope: 'node',
  roles: ['hypervisor', 'dpu-host', 'dpu', 'control-plane', 'worker'],
  tags: ['tap'],
  covers: ['S11'],
  requires: ['testbedScripts'],
  expects: ['testbed-variables-sha256'],
  simulations: ['tap'],
  messages: {
    DIFFERS: {
      text: '{path} differs from the expected variables.sh',
      cause:
        'Any changes to default behave should be made in both locations as soon as the scripts are installed so all scripts use the same values.',
      remedy: 'Compare and copy it: sha256sum {path}; scp scripts/variables.sh <node>:{path}',
      source: 'seed S L45-47',
    },
  },
  docs: ['seed S L45-47'],
  judge({ facts: { testbedScripts }, expected, report }) {
    const wanted = expected['testbed-variables-sha256'];
    if (wanted === undefined)
      return notApplicable(
        'nobody said which variables.sh is right: --set testbed-variables-sha256=<sha256>',
      );
    const copies = [...testbedScripts.variables];
    if (copies.length === 0)
      return notApplicable('the node has no readable scripts/variables.sh of the testbed');
    const said = copies.map(([path, sha256]) => evidence(`sha256sum ${path}`, sha256));
    const findings = copies
      .filter(([, sha256]) => sha256 !== wanted.value.toLowerCase())
      .map(([path, sha256]) =>
        report('DIFFERS', {
          subject: path,
          args: { path },
          observed: sha256,
          expected: `${wanted.value} (${wanted.from})`,
          evidence: said,
        }),
      );
    return verdictOf(findings, said);
  },
});
