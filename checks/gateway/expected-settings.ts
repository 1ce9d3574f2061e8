import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { SETTINGS } from './settings.ts';

export const expectedSettings = defineCheck({
  id: 'gateway/expected-settings',
  title: 'OVN-Kubernetes is given what is expected',
  description:
    'The mode, the management port and the gateway interface of the inventory are those of the process.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'worker', 'control-plane'],
  tags: ['gateway', 'ovn-kubernetes', 'configuration'],
  covers: ['G7', 'G8', 'G9', 'G10', 'G11', 'G12'],
  requires: ['ovnkube'],
  expects: [...SETTINGS],
  messages: {
    DIFFERENT: {
      text: '{setting} is {value} and not {wanted}',
      cause: 'The arguments or the configuration file of ovnkube say something else than the expectation.',
      remedy: 'Correct the DaemonSet of ovnkube-node, or the expectation: --set {setting}={value}',
    },
  },
  docs: ['seed G L22-39'],
  judge({ facts: { ovnkube }, expected, report }) {
    const shown = {
      'gateway-interface': ovnkube.gatewayInterface,
      'management-port': ovnkube.managementPort,
      'management-port-resource': ovnkube.managementPortResource,
      'ovnkube-node-mode': ovnkube.mode,
    };
    const wanted = SETTINGS.filter((name) => expected[name] !== undefined);
    if (wanted.length === 0) return notApplicable('nothing is expected of the settings');
    if (ovnkube.pid === undefined) return notApplicable('no ovnkube runs here');
    const source = `arguments, configuration file and environment of ovnkube (process ${ovnkube.pid})`;
    const evidenceFor = (name: (typeof SETTINGS)[number]) =>
      shown[name]?.evidence ?? evidence(source, `no ${name}`);
    const findings = wanted
      .filter((name) => shown[name]?.value !== expected[name]?.value)
      .map((name) =>
        report('DIFFERENT', {
          subject: name,
          args: {
            setting: name,
            value: shown[name]?.value ?? 'not given',
            wanted: expected[name]?.value ?? '',
          },
          observed: shown[name]?.value ?? 'not given',
          expected: `${expected[name]?.value} (${expected[name]?.from})`,
          evidence: [evidenceFor(name)],
        }),
      );
    return verdictOf(findings, wanted.map(evidenceFor));
  },
});
