import type { KnownMessage } from './known-message.ts';

/** What Multus and kubectl say. */
export const KUBERNETES_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'multus-without-cluster-network',
    texts: ['failed to get clusterNetwork %s in namespace '],
    cause:
      "Multus' configuration names a default network for which there is neither a NetworkAttachmentDefinition nor a file in /etc/cni/net.d.",
    remedy: 'kubectl get network-attachment-definitions -A; ls /etc/cni/net.d on the node',
    source: 'multus-cni issue 302',
    explains: ['cluster/nodes-ready'],
  },
  {
    id: 'rollout-of-several',
    texts: [
      'rollout status is only supported on individual resources and resource collections - %d resources were found',
    ],
    cause: 'kubectl is older than 1.25, which is the first to take several resources.',
    remedy: 'Ask for one after the other: kubectl rollout status daemonset/<name>',
    source: 'kubernetes issue 72216, pull request 108777; seed D L678',
    explains: [],
  },
  {
    id: 'resource-type-missing',
    texts: ['the server doesn\'t have a resource type "%s"'],
    cause: 'The CustomResourceDefinition of this kind is not installed, or its name is misspelt.',
    remedy: 'kubectl api-resources | grep <kind>',
    source: 'kubectl',
    explains: [],
  },
  {
    id: 'condition-not-met',
    texts: ['timed out waiting for the condition on '],
    cause:
      'The object did not get the condition in the time that kubectl wait was given, 30 seconds unless told; pods that have ended never become Ready.',
    remedy: 'kubectl describe <object>; give more time with --timeout',
    source: 'kubectl wait; seed D L232',
    explains: [],
  },
];
