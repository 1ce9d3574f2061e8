import { accessControl } from './access-control.ts';
import { configMaps } from './config-maps.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { dpfDpus } from './dpf-dpus.ts';
import { events } from './events.ts';
import { leases } from './leases.ts';
import { logs } from './logs.ts';
import { namespaces } from './namespaces.ts';
import { networkAttachments } from './network-attachments.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { version } from './version.ts';
import { webhooks } from './webhooks.ts';
import { workloads } from './workloads.ts';

/** Every fact that is gathered from a cluster's API, by the name that checks require it by. */
export const CLUSTER_FACTS = {
  accessControl,
  configMaps,
  customResourceDefinitions,
  dpfDpus,
  events,
  leases,
  logs,
  namespaces,
  networkAttachments,
  nodes,
  pods,
  version,
  webhooks,
  workloads,
} as const;

export type ClusterFactName = keyof typeof CLUSTER_FACTS;

/** The value of each fact. */
export type ClusterFactValues = {
  readonly [Name in ClusterFactName]: ReturnType<(typeof CLUSTER_FACTS)[Name]['parse']>;
};
