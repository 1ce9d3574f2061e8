import { customResourceDefinitions as definitionsFact } from '../../facts/cluster/custom-resource-definitions.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { environmentOf } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads } from './common.ts';

/** What each feature needs, by the variable that turns it on (OVN-Kubernetes, dist/images/ovnkube.sh). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  OVN_EGRESSFIREWALL_ENABLE: ['egressfirewalls.k8s.ovn.org'],
  OVN_EGRESSIP_ENABLE: ['egressips.k8s.ovn.org'],
  OVN_EGRESSQOS_ENABLE: ['egressqoses.k8s.ovn.org'],
  OVN_EGRESSSERVICE_ENABLE: ['egressservices.k8s.ovn.org'],
  OVN_ENABLE_MULTI_EXTERNAL_GATEWAY: ['adminpolicybasedexternalroutes.k8s.ovn.org'],
  OVN_NETWORK_QOS_ENABLE: ['networkqoses.k8s.ovn.org'],
  OVN_NETWORK_SEGMENTATION_ENABLE: [
    'userdefinednetworks.k8s.ovn.org',
    'clusteruserdefinednetworks.k8s.ovn.org',
  ],
  OVN_ROUTE_ADVERTISEMENTS_ENABLE: ['routeadvertisements.k8s.ovn.org'],
  OVN_NETWORK_CONNECT_ENABLE: ['clusternetworkconnects.k8s.ovn.org'],
  OVN_UPLINK_ENABLE: ['uplinks.k8s.ovn.org', 'uplinkstates.k8s.ovn.org'],
  OVN_EVPN_ENABLE: ['vteps.k8s.ovn.org'],
  OVN_ADMIN_NETWORK_POLICY_ENABLE: [
    'adminnetworkpolicies.policy.networking.k8s.io',
    'baselineadminnetworkpolicies.policy.networking.k8s.io',
  ],
  OVN_MULTI_NETWORK_ENABLE: ['network-attachment-definitions.k8s.cni.cncf.io'],
};

const OWN = /\.k8s\.ovn\.org$|^(?:baseline)?adminnetworkpolicies\.policy\.networking\.k8s\.io$/;

export const ovnDefinitions = defineClusterCheck({
  id: 'ovnkube/custom-resource-definitions',
  title: "the kinds that OVN-Kubernetes' features need are established",
  description:
    'ovnkube watches the objects of each feature that is turned on, and does not get ready where their kind is not known to the API.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K43', 'K44', 'A50'],
  requires: ['customResourceDefinitions', 'workloads', 'configMaps'],
  messages: {
    MISSING: {
      text: 'there is no CustomResourceDefinition {name}, and {variable} is on',
      cause: 'The file with the definition was not applied, or that of another release was.',
      remedy: 'Apply the file of this release that defines {name}; see what is there: kubectl get crd',
      source: 'seed K L339-350',
    },
    NOT_ESTABLISHED: {
      text: 'CustomResourceDefinition {name} is not established: {reason}',
      cause: 'Its names are taken by another definition, or the API server has not come to it.',
      remedy: 'kubectl describe crd {name}',
    },
  },
  docs: ['seed K L339-350', 'seed A L257'],
  judge({ facts: { customResourceDefinitions, workloads, configMaps }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const on = Object.keys(NEEDED).filter((variable) =>
      own.some(({ containers, namespace }) =>
        containers.some((container) => {
          const told = environmentOf(container, variable, namespace, configMaps);
          return told !== undefined && told !== 'unknown' && told.value === 'true';
        }),
      ),
    );
    const known = new Map(customResourceDefinitions.map((one) => [one.name, one]));
    const there = customResourceDefinitions.filter(({ name }) => OWN.test(name));
    const list = definitionsFact.lists.definitions;
    const seen = [
      apiEvidence(list, `${there.length} of OVN-Kubernetes: ${there.map(({ name }) => name).join(', ')}`),
    ];
    if (on.length === 0 && there.length === 0)
      return notApplicable('no feature is on that needs a kind of its own, and none is installed', seen);
    const missing = on.flatMap((variable) =>
      (NEEDED[variable] ?? [])
        .filter((name) => !known.has(name))
        .map((name) =>
          report('MISSING', {
            subject: name,
            args: { name, variable },
            observed: 'no such definition',
            expected: 'a definition that is established',
            evidence: seen,
          }),
        ),
    );
    const idle = there
      .filter(({ established }) => established?.status !== 'True')
      .map(({ name, established }) => {
        const reason = established
          ? [`Established is ${established.status}`, established.reason, established.message]
              .filter(Boolean)
              .join(', ')
          : 'no condition Established';
        return report('NOT_ESTABLISHED', {
          subject: name,
          args: { name, reason },
          observed: reason,
          expected: 'Established is True',
          evidence: [{ source: `kubectl get crd ${name} -o yaml`, said: reason }],
        });
      });
    return verdictOf([...missing, ...idle], seen, `features that need kinds: ${on.join(', ') || 'none'}`);
  },
});
