import { workloadName } from '../../facts/cluster/workloads.ts';
import { environmentOf } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

/** Of the cluster as a whole: a node where another value holds does not understand the others (seed K L270-329). */
const SHARED = [
  'OVN_NET_CIDR',
  'OVN_SVC_CIDR',
  'OVN_MTU',
  'OVN_GATEWAY_MODE',
  'OVN_ENABLE_INTERCONNECT',
  'OVN_ENCAP_PORT',
  'OVN_V4_JOIN_SUBNET',
  'OVN_V6_JOIN_SUBNET',
  'OVN_V4_MASQUERADE_SUBNET',
  'OVN_V6_MASQUERADE_SUBNET',
  'OVN_V4_TRANSIT_SUBNET',
  'OVN_V6_TRANSIT_SUBNET',
  'OVN_MULTI_NETWORK_ENABLE',
  'OVN_NETWORK_SEGMENTATION_ENABLE',
  'OVN_ENABLE_OVNKUBE_IDENTITY',
  'OVN_HOST_NETWORK_NAMESPACE',
];

export const ovnkubeSettingsAgree = defineClusterCheck({
  id: 'ovnkube/settings-agree',
  title: 'what holds for the whole cluster is told alike to all of OVN-Kubernetes',
  description:
    'Control plane, hosts and DPUs have DaemonSets and Deployments of their own, and must be told the same networks, gateway mode and features.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['K41'],
  requires: ['workloads', 'configMaps'],
  messages: {
    DIFFERENT: {
      text: '{variable} is {value} in {workload}, and {other} in {reference}',
      cause: 'One of the manifests was made with another option, or was changed by hand.',
      remedy: 'Decide which is right, then: kubectl -n {namespace} set env {kind} {name} {variable}=<value>',
      source: 'seed K L270-329',
    },
  },
  docs: ['seed K L270-329', 'seed A L196'],
  judge({ facts: { workloads, configMaps }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const given = SHARED.flatMap((variable) => {
      const values = own.flatMap((workload) =>
        workload.containers.flatMap((container) => {
          const told = environmentOf(container, variable, workload.namespace, configMaps);
          return told === undefined || told === 'unknown' ? [] : [{ workload, container, told }];
        }),
      );
      return values.length > 1 ? [{ variable, values }] : [];
    });
    if (given.length === 0)
      return notApplicable(
        'no setting of the whole cluster stands in two places, so there is nothing to compare',
      );
    const seen = given.flatMap(({ values: [first], variable }) =>
      first === undefined
        ? []
        : [workloadEvidence(first.workload, `${variable}: ${first.told.value}, and ${variable} elsewhere`)],
    );
    const findings = given.flatMap(({ variable, values }) => {
      const byValue = Map.groupBy(values, ({ told }) => told.value);
      // What most say is taken for what is meant; of equals, the first.
      const [usual, ...others] = [...byValue.values()].sort((a, b) => b.length - a.length);
      const reference = usual?.[0];
      if (reference === undefined) return [];
      return others.flatMap(([one]) => {
        if (one === undefined) return [];
        const { kind, namespace, name } = one.workload;
        return report('DIFFERENT', {
          subject: variable,
          args: {
            variable,
            value: one.told.value,
            workload: workloadName(one.workload),
            other: reference.told.value,
            reference: workloadName(reference.workload),
            namespace,
            kind: kind.toLowerCase(),
            name,
          },
          observed: one.told.said,
          expected: reference.told.said,
          evidence: [
            workloadEvidence(one.workload, `container ${one.container.name}: ${one.told.said}`),
            workloadEvidence(
              reference.workload,
              `container ${reference.container.name}: ${reference.told.said}`,
            ),
          ],
        });
      });
    });
    return verdictOf(findings, seen, `${given.length} settings compared`);
  },
});
