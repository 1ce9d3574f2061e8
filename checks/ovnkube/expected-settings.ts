import { workloadName } from '../../facts/cluster/workloads.ts';
import { environmentOf } from '../../facts/derived/cluster/ovnkube.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeExpectedSettings = defineClusterCheck({
  id: 'ovnkube/expected-settings',
  title: 'the settings of OVN-Kubernetes are those that are expected',
  description:
    'Variables of the containers of OVN-Kubernetes, wherever they are given, against what the inventory, the suite or --set expects.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A43', 'A46', 'K41', 'K62'],
  requires: ['workloads', 'configMaps'],
  expects: ['ovnkube-settings'],
  messages: {
    DIFFERENT: {
      text: '{variable} is {value} in {workload}, and {wanted} is expected',
      cause: 'The manifest was made with another option than the expectation has, or was changed by hand.',
      remedy: 'kubectl -n {namespace} set env {kind} {name} {variable}={wanted}; or correct the expectation',
    },
    NOT_GIVEN: {
      text: '{variable} is given to no container of OVN-Kubernetes, and {wanted} is expected',
      cause: 'The release does not know the variable, or it was left out of the manifest.',
      remedy: 'Give it where it belongs: kubectl -n <namespace> set env daemonset <name> {variable}={wanted}',
    },
    NO_ASSIGNMENT: {
      text: 'ovnkube-settings has {entry}, which is no NAME=value',
      cause: 'The expectation is mistyped.',
      remedy: 'Write it as --set ovnkube-settings=OVN_GATEWAY_MODE=shared,OVN_MTU=1400',
    },
  },
  docs: ['seed K L270-329', 'seed A L196'],
  judge({ facts: { workloads, configMaps }, expected, report }) {
    const wanted = expected['ovnkube-settings'];
    if (wanted === undefined || wanted.value.length === 0)
      return notApplicable('nothing is expected of the settings');
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const seen: Evidence[] = [];
    const unseen: string[] = [];
    const findings = wanted.value.flatMap((entry) => {
      const [, variable, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(entry.trim()) ?? [];
      if (variable === undefined || value === undefined)
        return report('NO_ASSIGNMENT', {
          subject: entry,
          args: { entry },
          observed: entry,
          expected: 'NAME=value',
          evidence: [{ source: wanted.from, said: entry }],
        });
      let given = false;
      let hidden = false;
      const different = own.flatMap((workload) => {
        for (const container of workload.containers) {
          if (!container.environment.has(variable)) continue;
          const told = environmentOf(container, variable, workload.namespace, configMaps);
          if (told === 'unknown') {
            hidden = true;
            continue;
          }
          given = true;
          const said = told?.said ?? `${variable} is empty`;
          const evidence = [workloadEvidence(workload, `container ${container.name}: ${said}`)];
          seen.push(...evidence);
          if ((told?.value ?? '') === value) continue;
          const { kind, namespace, name } = workload;
          return report('DIFFERENT', {
            subject: variable,
            args: {
              variable,
              value: told?.value ?? 'empty',
              wanted: value,
              workload: workloadName(workload),
              namespace,
              kind: kind.toLowerCase(),
              name,
            },
            observed: said,
            expected: `${entry} (${wanted.from})`,
            evidence,
          });
        }
        return [];
      });
      if (given) return different;
      if (hidden) {
        unseen.push(variable);
        return [];
      }
      return report('NOT_GIVEN', {
        subject: variable,
        args: { variable, wanted: value },
        observed: 'not given',
        expected: `${entry} (${wanted.from})`,
        evidence: own.slice(0, 3).map((one) => workloadEvidence(one, `no ${variable}`)),
      });
    });
    if (findings.length === 0 && unseen.length > 0)
      return undetermined(
        `${unseen.join(', ')} come from objects that are not there or not read: their values are not known`,
        'kubectl get configmaps -A; ovnkube/configuration tells of keys that are missing',
        seen.slice(0, 50),
      );
    return verdictOf(findings, seen.slice(0, 50));
  },
});
