import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { DERIVE, SETTINGS } from './settings.ts';

export const expectedSettings = defineCheck({
  id: 'gateway/expected-settings',
  title: 'OVN-Kubernetes is given what is expected',
  description:
    'The mode, the management port and the gateway interface of the inventory are those of the process. What only a DPU host is given is expected of DPU hosts alone.',
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
    NOT_GIVEN: {
      text: '{setting} is not given, and {wanted} is expected',
      cause: 'Neither the arguments nor the configuration file of ovnkube say it.',
      remedy: 'Give ovnkube-node --{flag}={wanted} in its DaemonSet, or leave the expectation out.',
    },
  },
  docs: ['seed G L22-39'],
  judge({ facts: { ovnkube }, expected, subject, report }) {
    const shown = {
      'gateway-interface': ovnkube.gatewayInterface,
      'management-port': ovnkube.managementPort,
      'management-port-resource': ovnkube.managementPortResource,
      'ovnkube-node-mode': ovnkube.mode,
    };
    const isHost = subject.role === 'dpu-host';
    const wanted = SETTINGS.filter((name) => {
      const value = expected[name]?.value;
      const hostsOnly = name.startsWith('management-port') || value === DERIVE;
      return value !== undefined && (isHost || !hostsOnly);
    });
    if (wanted.length === 0) return notApplicable('nothing is expected of the settings');
    if (ovnkube.pid === undefined) return notApplicable('no ovnkube runs here');
    const source = `arguments, configuration file and environment of ovnkube (process ${ovnkube.pid})`;
    const evidenceFor = (name: (typeof SETTINGS)[number]) =>
      shown[name]?.evidence ?? evidence(source, `no ${name}`);
    const findings = wanted
      .filter((name) => shown[name]?.value !== expected[name]?.value)
      .map((name) => {
        const value = shown[name]?.value;
        const { value: want = '', from = '' } = expected[name] ?? {};
        return report(value === undefined ? 'NOT_GIVEN' : 'DIFFERENT', {
          subject: name,
          args: { setting: name, flag: FLAGS[name], value: value ?? '', wanted: want },
          observed: value ?? 'not given',
          expected: `${want} (${from})`,
          evidence: [evidenceFor(name)],
        });
      });
    return verdictOf(findings, wanted.map(evidenceFor));
  },
});

/** The arguments of ovnkube by which they are given. */
const FLAGS = {
  'gateway-interface': 'gateway-interface',
  'management-port': 'ovnkube-node-mgmt-port-netdev',
  'management-port-resource': 'ovnkube-node-mgmt-port-dp-resource-name',
  'ovnkube-node-mode': 'ovnkube-node-mode',
} as const;
