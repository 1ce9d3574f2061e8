import { evidence } from '../../facts/fact.ts';
import type { Tool } from '../../facts/tools.ts';
import { defineCheck, verdictOf } from '../define.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  devlink: 'iproute2',
  ethtool: 'ethtool',
  lspci: 'pciutils',
};

export const toolsInstalled = defineCheck({
  id: 'system/tools',
  title: 'the tools that the checks need are installed',
  description: 'What a missing tool would have shown stays undetermined.',
  severity: 'warning',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['system'],
  covers: ['G24'],
  requires: ['tools'],
  messages: {
    MISSING: {
      text: '{tool} is not installed',
      cause: 'SR-IOV utilities available on the system',
      remedy: 'apt-get install -y {package} (dnf install {package})',
      source: 'seed G L80',
    },
  },
  docs: ['seed G L80'],
  judge({ facts: { tools }, subject, report }) {
    // Nothing of a simulated target is a PCI device or has an eswitch.
    const needed: readonly Tool[] =
      subject.simulation === undefined ? ['ip', 'ethtool', 'lspci', 'devlink'] : ['ip'];
    const said = needed.map((tool) => evidence(`command -v ${tool}`, tools.get(tool) ?? 'not found'));
    const findings = needed
      .filter((tool) => !tools.has(tool))
      .map((tool) => {
        const args = { tool, package: PACKAGES[tool] ?? tool };
        const about = { subject: tool, args, observed: 'not found', expected: 'in PATH' };
        return report('MISSING', { ...about, evidence: [evidence(`command -v ${tool}`, 'not found')] });
      });
    return verdictOf(findings, said);
  },
});
