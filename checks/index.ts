import type { Check } from './define.ts';
import { expectedSettings } from './gateway/expected-settings.ts';
import { gatewayInterface } from './gateway/gateway-interface.ts';
import { interfaceSetting } from './gateway/interface-setting.ts';
import { managementPortExists } from './gateway/management-port-exists.ts';
import { managementPortPciAddress } from './gateway/management-port-pci-address.ts';
import { managementPortResource } from './gateway/management-port-resource.ts';
import { managementPortSetting } from './gateway/management-port-setting.ts';
import { nodeMode } from './gateway/node-mode.ts';
import { ovnkubeRunning } from './gateway/ovnkube-running.ts';
import { pfNetdevs } from './gateway/pf-netdevs.ts';
import { pfPciAddress } from './gateway/pf-pci-address.ts';
import { dpfManagementVf } from './sriov/dpf-management-vf.ts';
import { dpfPoolVfs } from './sriov/dpf-pool-vfs.ts';
import { dpfProvisioningVf } from './sriov/dpf-provisioning-vf.ts';
import { eswitchMode } from './sriov/eswitch-mode.ts';
import { hwTcOffload } from './sriov/hw-tc-offload.ts';
import { lspciVfs } from './sriov/lspci.ts';
import { numVfs } from './sriov/num-vfs.ts';
import { pfDriver } from './sriov/pf-driver.ts';
import { pfNetdev } from './sriov/pf-netdev.ts';
import { pfUp } from './sriov/pf-up.ts';
import { physfnLinks } from './sriov/physfn-links.ts';
import { supported } from './sriov/supported.ts';
import { vfDrivers } from './sriov/vf-drivers.ts';
import { vfLines } from './sriov/vf-lines.ts';
import { vfsCreated } from './sriov/vfs-created.ts';
import { virtfnCount } from './sriov/virtfn-count.ts';
import { virtfnLinks } from './sriov/virtfn-links.ts';

/** Every check, in the order in which reports show them; each stands behind those that it comes after. */
export const CHECKS: readonly Check[] = [
  supported,
  vfsCreated,
  nodeMode,
  managementPortSetting,
  managementPortResource,
  expectedSettings,
  interfaceSetting,
  managementPortExists,
  managementPortPciAddress,
  pfPciAddress,
  pfNetdevs,
  gatewayInterface,
  ovnkubeRunning,
  numVfs,
  virtfnCount,
  virtfnLinks,
  physfnLinks,
  lspciVfs,
  pfDriver,
  pfNetdev,
  pfUp,
  vfLines,
  vfDrivers,
  eswitchMode,
  hwTcOffload,
  dpfProvisioningVf,
  dpfManagementVf,
  dpfPoolVfs,
];
