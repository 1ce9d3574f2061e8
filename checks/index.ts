import { CHAIN_CHECKS } from './chain/index.ts';
import { dpfDpusReady } from './cluster/dpf-dpus.ts';
import { dpuLabels } from './cluster/dpu-labels.ts';
import { dpuPairs } from './cluster/dpu-pairs.ts';
import { knownMessages } from './cluster/known-messages.ts';
import { kubeProxyAbsent } from './cluster/kube-proxy-absent.ts';
import { nodesReady } from './cluster/nodes-ready.ts';
import type { Check } from './define.ts';
import { expectedSettings } from './gateway/expected-settings.ts';
import { gatewayInterface } from './gateway/gateway-interface.ts';
import { interfaceAddress } from './gateway/interface-address.ts';
import { interfaceSetting } from './gateway/interface-setting.ts';
import { managementPortExists } from './gateway/management-port-exists.ts';
import { managementPortPciAddress } from './gateway/management-port-pci-address.ts';
import { managementPortResource } from './gateway/management-port-resource.ts';
import { managementPortSetting } from './gateway/management-port-setting.ts';
import { managementPortUp } from './gateway/management-port-up.ts';
import { nodeMode } from './gateway/node-mode.ts';
import { ovnkubeRunning } from './gateway/ovnkube-running.ts';
import { pfNetdevs } from './gateway/pf-netdevs.ts';
import { pfPciAddress } from './gateway/pf-pci-address.ts';
import { OVNKUBE_CHECKS } from './ovnkube/index.ts';
import { nodeAnnotationsMatch } from './ovnkube/node-annotations-match.ts';
import { absent } from './ovs/absent.ts';
import { bridgeDatapaths } from './ovs/bridge-datapaths.ts';
import { bridgeUplink } from './ovs/bridge-uplink.ts';
import { chassisSettings } from './ovs/chassis-settings.ts';
import { daemons } from './ovs/daemons.ts';
import { encapIp } from './ovs/encap-ip.ts';
import { encapMtu } from './ovs/encap-mtu.ts';
import { externalBridgeExists } from './ovs/external-bridge.ts';
import { externalBridgeAddress } from './ovs/external-bridge-address.ts';
import { failMode } from './ovs/fail-mode.ts';
import { dpuGatewayInterface } from './ovs/gateway-interface.ts';
import { gatewayNexthop } from './ovs/gateway-nexthop.ts';
import { hostNodeName } from './ovs/host-node-name.ts';
import { hostNodeNameMatches } from './ovs/host-node-name-matches.ts';
import { hostRepresentorPort } from './ovs/host-representor-port.ts';
import { hwOffload } from './ovs/hw-offload.ts';
import { hwOffloadInForce } from './ovs/hw-offload-in-force.ts';
import { ingressQdiscs } from './ovs/ingress-qdiscs.ts';
import { installed } from './ovs/installed.ts';
import { integrationBridgeExists } from './ovs/integration-bridge.ts';
import { managementPort } from './ovs/management-port.ts';
import { offloadedFlows } from './ovs/offloaded-flows.ts';
import { ovnCentral } from './ovs/ovn-central.ts';
import { ovnConnected } from './ovs/ovn-connected.ts';
import { ovnControllerRuns } from './ovs/ovn-controller.ts';
import { patchPeers } from './ovs/patch-peers.ts';
import { patchPortNames } from './ovs/patch-port-names.ts';
import { patchPorts } from './ovs/patch-ports.ts';
import { podRepresentors } from './ovs/pod-representors.ts';
import { portErrors } from './ovs/port-errors.ts';
import { portsUp } from './ovs/ports-up.ts';
import { representorNames } from './ovs/representor-names.ts';
import { serviceEnabled } from './ovs/service-enabled.ts';
import { tunnelEndpoints } from './ovs/tunnel-endpoints.ts';
import { tunnelToControlPlane } from './ovs/tunnel-to-control-plane.ts';
import { tunnelsExist } from './ovs/tunnels.ts';
import { uplinkPort } from './ovs/uplink-port.ts';
import { version } from './ovs/version.ts';
import { RESOURCE_CHECKS } from './resources/index.ts';
import { devlinkHealth } from './sriov/devlink-health.ts';
import { dpfManagementVf } from './sriov/dpf-management-vf.ts';
import { dpfPoolVfs } from './sriov/dpf-pool-vfs.ts';
import { dpfProvisioningVf } from './sriov/dpf-provisioning-vf.ts';
import { dpuDevice } from './sriov/dpu-device.ts';
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
import { brNetfilter } from './system/br-netfilter.ts';
import { dnsStub } from './system/dns-stub.ts';
import { inotifyLimits } from './system/inotify-limits.ts';
import { ipForward } from './system/ip-forward.ts';
import { iproute2Version } from './system/iproute2-version.ts';
import { ipv6 } from './system/ipv6.ts';
import { swap } from './system/swap.ts';
import { toolsInstalled } from './system/tools.ts';
import { bridges } from './tap/bridges.ts';
import { guestInterfaces } from './tap/guest-interfaces.ts';
import { hostRoute } from './tap/host-route.ts';
import { linksUp as tapLinksUp } from './tap/links-up.ts';
import { taps } from './tap/taps.ts';
import { variablesFile } from './tap/variables-file.ts';
import { variablesPair } from './tap/variables-pair.ts';
import { vf0InOvs } from './tap/vf0-in-ovs.ts';
import { vms } from './tap/vms.ts';
import { TRAFFIC_CHECKS } from './traffic/index.ts';
import { addresses } from './veth/addresses.ts';
import { bridgePorts } from './veth/bridge-ports.ts';
import { dpuNetwork } from './veth/dpu-network.ts';
import { hostAlone } from './veth/host-alone.ts';
import { hostInterfaces } from './veth/host-interfaces.ts';
import { hostIsolation } from './veth/host-isolation.ts';
import { leftovers } from './veth/leftovers.ts';
import { linksUp } from './veth/links-up.ts';
import { mtu } from './veth/mtu.ts';
import { otherInterfaces } from './veth/other-interfaces.ts';
import { peerNamespaces } from './veth/peer-namespaces.ts';
import { peers } from './veth/peers.ts';
import { representorPf } from './veth/representor-pf.ts';
import { representors } from './veth/representors.ts';

/** Every check, in the order in which reports show them; each stands behind those that it comes after. */
export const CHECKS: readonly Check[] = [
  dpuLabels,
  dpuPairs,
  dpfDpusReady,
  kubeProxyAbsent,
  knownMessages,
  nodesReady,
  ...OVNKUBE_CHECKS,
  ...RESOURCE_CHECKS,
  supported,
  dpuDevice,
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
  virtfnCount,
  numVfs,
  virtfnLinks,
  physfnLinks,
  lspciVfs,
  pfDriver,
  pfNetdev,
  pfUp,
  interfaceAddress,
  managementPortUp,
  vfLines,
  vfDrivers,
  eswitchMode,
  hwTcOffload,
  devlinkHealth,
  dpfProvisioningVf,
  dpfManagementVf,
  dpfPoolVfs,
  absent,
  installed,
  daemons,
  serviceEnabled,
  version,
  integrationBridgeExists,
  failMode,
  externalBridgeExists,
  bridgeDatapaths,
  externalBridgeAddress,
  uplinkPort,
  hostRepresentorPort,
  bridgeUplink,
  portErrors,
  representorNames,
  portsUp,
  patchPeers,
  patchPorts,
  hostNodeName,
  patchPortNames,
  chassisSettings,
  ovnControllerRuns,
  ovnCentral,
  ovnConnected,
  encapIp,
  encapMtu,
  tunnelsExist,
  tunnelEndpoints,
  tunnelToControlPlane,
  managementPort,
  dpuGatewayInterface,
  gatewayNexthop,
  hwOffload,
  hwOffloadInForce,
  ingressQdiscs,
  offloadedFlows,
  hostNodeNameMatches,
  toolsInstalled,
  iproute2Version,
  swap,
  brNetfilter,
  ipForward,
  ipv6,
  inotifyLimits,
  dnsStub,
  leftovers,
  representors,
  hostInterfaces,
  otherInterfaces,
  peers,
  peerNamespaces,
  representorPf,
  linksUp,
  hostAlone,
  addresses,
  bridgePorts,
  hostIsolation,
  dpuNetwork,
  mtu,
  nodeAnnotationsMatch,
  ...CHAIN_CHECKS,
  podRepresentors,
  taps,
  bridges,
  vms,
  tapLinksUp,
  guestInterfaces,
  hostRoute,
  variablesFile,
  variablesPair,
  vf0InOvs,
  ...TRAFFIC_CHECKS,
];
