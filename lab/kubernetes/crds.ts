import { type KubernetesObject, resourceOf } from './objects.ts';

interface CustomKind {
  group: string;
  version: string;
  kind: string;
  scope: 'Cluster' | 'Namespaced';
}

const kinds = (group: string, version: string, scope: CustomKind['scope'], names: string): CustomKind[] =>
  names.split(' ').map((kind) => ({ group, version, kind, scope }));

/** The custom resources of what runs on clusters with DPUs, in the versions that the guides use. */
const CUSTOM_KINDS: readonly CustomKind[] = [
  ...kinds('k8s.ovn.org', 'v1', 'Namespaced', 'EgressFirewall EgressQoS UserDefinedNetwork'),
  ...kinds('k8s.ovn.org', 'v1', 'Cluster', 'EgressIP EgressService AdminPolicyBasedExternalRoute'),
  ...kinds('k8s.ovn.org', 'v1', 'Cluster', 'ClusterUserDefinedNetwork RouteAdvertisements'),
  ...kinds('k8s.ovn.org', 'v1alpha1', 'Namespaced', 'NetworkQoS'),
  ...kinds(
    'policy.networking.k8s.io',
    'v1alpha1',
    'Cluster',
    'AdminNetworkPolicy BaselineAdminNetworkPolicy',
  ),
  ...kinds('k8s.cni.cncf.io', 'v1', 'Namespaced', 'NetworkAttachmentDefinition'),
  ...kinds('sriovnetwork.openshift.io', 'v1', 'Namespaced', 'SriovNetworkNodePolicy SriovNetworkNodeState'),
  ...kinds('sriovnetwork.openshift.io', 'v1', 'Namespaced', 'SriovNetwork SriovOperatorConfig'),
  ...kinds('mellanox.com', 'v1alpha1', 'Cluster', 'NicClusterPolicy'),
  ...kinds('operator.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'DPFOperatorConfig'),
  ...kinds(
    'provisioning.dpu.nvidia.com',
    'v1alpha1',
    'Namespaced',
    'BFB DPU DPUSet DPUFlavor DPUCluster DPUNode',
  ),
  ...kinds('svc.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'DPUService DPUDeployment DPUServiceChain'),
  ...kinds('svc.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'DPUServiceInterface DPUServiceIPAM'),
  ...kinds('svc.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'DPUServiceConfiguration DPUServiceTemplate'),
  ...kinds('svc.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'DPUServiceCredentialRequest'),
  ...kinds('svc.dpu.nvidia.com', 'v1alpha1', 'Namespaced', 'ServiceChain ServiceInterface'),
  ...kinds('config.openshift.io', 'v1', 'Cluster', 'DataProcessingUnit DpuOperatorConfig'),
];

export const isCustomGroup = (group: string): boolean =>
  CUSTOM_KINDS.some((custom) => custom.group === group);

/** Those that the guides' commands use. */
const SHORT_NAMES: Record<string, string[]> = { NetworkAttachmentDefinition: ['net-attach-def'] };

/** Schemas that let everything pass: what is staged here is what a cluster says, right or wrong. */
const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Groups of the Kubernetes project itself need a word on who approved of them. */
const PROTECTED = { 'api-approved.kubernetes.io': 'unapproved, for a testbed' };

/**
 * The CustomResourceDefinitions as the API server stores them once they are established. Created one after the other
 * they would cost it ten seconds of computing: with each it builds its OpenAPI document anew.
 */
export const establishedDefinitions = (): KubernetesObject[] => CUSTOM_KINDS.map(definition);

function definition({ group, version, kind, scope }: CustomKind): KubernetesObject {
  const plural = resourceOf(kind);
  const shortNames = SHORT_NAMES[kind];
  const names = {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    ...(shortNames ? { shortNames } : {}),
  };
  const condition = (type: string, reason: string) => ({ type, status: 'True', reason, message: '' });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      generation: 1,
      ...(group.endsWith('.k8s.io') ? { annotations: PROTECTED } : {}),
    },
    spec: {
      group,
      scope,
      names,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: ANYTHING },
        },
      ],
    },
    status: {
      acceptedNames: names,
      storedVersions: [version],
      conditions: [
        condition('NamesAccepted', 'NoConflicts'),
        condition('Established', 'InitialNamesAccepted'),
      ],
    },
  };
}
