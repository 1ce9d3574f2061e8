import { datapath } from './datapath.ts';
import { devlink } from './devlink.ts';
import { devlinkHealth } from './devlink-health.ts';
import { dpf } from './dpf.ts';
import { ethtool } from './ethtool.ts';
import { identity } from './identity.ts';
import { iprouteVersion } from './iproute-version.ts';
import { kernelModules } from './kernel-modules.ts';
import { links } from './links.ts';
import { lspci } from './lspci.ts';
import { netdevs } from './netdevs.ts';
import { ovnController } from './ovn-controller.ts';
import { ovnkube } from './ovnkube.ts';
import { ovs } from './ovs.ts';
import { ovsInstallation } from './ovs-installation.ts';
import { ovsOffloadLog } from './ovs-offload-log.ts';
import { pci } from './pci.ts';
import { processes } from './processes.ts';
import { qdiscs } from './qdiscs.ts';
import { resolver } from './resolver.ts';
import { routes } from './routes.ts';
import { swaps } from './swaps.ts';
import { sysctls } from './sysctls.ts';
import { testbedScripts } from './testbed-scripts.ts';
import { tools } from './tools.ts';
import { vethPeers } from './veth-peers.ts';
import { virtualMachines } from './virtual-machines.ts';

/** Every fact that is gathered from a node, by the name that checks require it by. */
export const FACTS = {
  datapath,
  devlink,
  devlinkHealth,
  dpf,
  ethtool,
  identity,
  iprouteVersion,
  kernelModules,
  links,
  lspci,
  netdevs,
  ovnController,
  ovnkube,
  ovs,
  ovsInstallation,
  ovsOffloadLog,
  pci,
  processes,
  qdiscs,
  resolver,
  routes,
  swaps,
  sysctls,
  testbedScripts,
  tools,
  vethPeers,
  virtualMachines,
} as const;

export type FactName = keyof typeof FACTS;

/** The value of each fact. */
export type FactValues = { readonly [Name in FactName]: ReturnType<(typeof FACTS)[Name]['parse']> };
