import type { Check } from '../define.ts';
import { daemonSets } from './daemon-sets.ts';
import { devicePlugin } from './device-plugin.ts';
import { devicePluginConfig } from './device-plugin-config.ts';
import { kubeletVersion } from './kubelet-version.ts';
import { managementVfKeptOut } from './management-vf.ts';
import { multus } from './multus.ts';
import { networkAttachment } from './network-attachment.ts';
import { nodeConditions } from './node-conditions.ts';
import { nodeRoles } from './node-roles.ts';
import { ovnImages } from './ovn-images.ts';
import { podsConnected } from './pods-connected.ts';
import { podsScheduled } from './pods-scheduled.ts';
import { podsStarted } from './pods-started.ts';
import { poolDevices } from './pool-devices.ts';
import { systemVersions } from './system-versions.ts';
import { vethNodes } from './veth-nodes.ts';
import { vfRequests } from './vf-requests.ts';

/** The checks of what a cluster has: its nodes' versions and devices, and who asks for those. */
export const RESOURCE_CHECKS: readonly Check[] = [
  kubeletVersion,
  nodeConditions,
  systemVersions,
  vethNodes,
  nodeRoles,
  ovnImages,
  daemonSets,
  multus,
  devicePlugin,
  devicePluginConfig,
  networkAttachment,
  managementVfKeptOut,
  poolDevices,
  vfRequests,
  podsScheduled,
  podsConnected,
  podsStarted,
];
