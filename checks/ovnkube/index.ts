import type { Check } from '../define.ts';
import { ovnAccessControl } from './access-control.ts';
import { clusterNetworks } from './cluster-networks.ts';
import { ovnkubeComponents } from './components.ts';
import { ovnConfiguration } from './configuration.ts';
import { ovnDefinitions } from './custom-resource-definitions.ts';
import { dpuLease } from './dpu-lease.ts';
import { ovnkubeExpectedSettings } from './expected-settings.ts';
import { ovnkubeGatewayInterface } from './gateway-interface.ts';
import { ovnIdentity } from './identity.ts';
import { ovnkubeManagementPort } from './management-port.ts';
import { ovnkubeManagementPortResource } from './management-port-resource.ts';
import { ovnkubeModeSettings } from './mode-settings.ts';
import { ovnNamespaces } from './namespaces.ts';
import { nodeAnnotationsWhole } from './node-annotations.ts';
import { ovnkubeNodeMode } from './node-mode.ts';
import { ovnkubeNodeName } from './node-name.ts';
import { otherPluginsAbsent } from './other-plugins-absent.ts';
import { ovnkubePlacement } from './placement.ts';
import { ovnkubePodsReady } from './pods-ready.ts';
import { ovnkubeRollout } from './rollout.ts';
import { ovnkubeSettingsAgree } from './settings-agree.ts';
import { ovnkubeSimulation } from './simulation.ts';
import { ovnkubeTaints } from './taints.ts';
import { ovnkubeUpdateStrategy } from './update-strategy.ts';
import { zoneNames } from './zone-names.ts';

/** What a cluster's API tells of OVN-Kubernetes: what it is told, where it is placed, and how it does. */
export const OVNKUBE_CHECKS: readonly Check[] = [
  ovnNamespaces,
  ovnConfiguration,
  clusterNetworks,
  otherPluginsAbsent,
  ovnDefinitions,
  ovnAccessControl,
  ovnkubeNodeMode,
  ovnkubeNodeName,
  ovnkubeManagementPort,
  ovnkubeManagementPortResource,
  ovnkubeGatewayInterface,
  ovnkubeModeSettings,
  ovnkubeSimulation,
  ovnkubeSettingsAgree,
  ovnkubeExpectedSettings,
  ovnIdentity,
  zoneNames,
  ovnkubePlacement,
  ovnkubeComponents,
  ovnkubeTaints,
  ovnkubeRollout,
  ovnkubeUpdateStrategy,
  ovnkubePodsReady,
  dpuLease,
  nodeAnnotationsWhole,
];
