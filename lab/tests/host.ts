import type { Report } from '../../runner/report.ts';
import { type BluefieldOptions, type Pair, pairsOf } from '../netns/bluefield/options.ts';
import { dpuOvnkube, hostOvnkube } from '../netns/bluefield/processes.ts';
import { undoAll } from '../netns/faults/fault.ts';
import { editSysfs } from '../netns/faults/sysfs-edit.ts';
import {
  type LabNode,
  type NetnsLab,
  type StandInOptions,
  startStandIn,
  stopStandIn,
  type Undo,
} from '../netns/index.ts';
import { examine } from './examine.ts';

/** What is changed on the first DPU host of a bluefield testbed with one pair, and put back. */
export type Change = (lab: NetnsLab) => Promise<Undo>;

/** Runs dpu-doctor over a testbed with something changed, and puts it back. */
export async function changed(lab: NetnsLab, change: Change, ...args: readonly string[]): Promise<Report> {
  const undo = await change(lab);
  try {
    return await examine('-i', lab.inventoryFile, ...args);
  } finally {
    await undo();
  }
}

/** Of the PF, below /sys. */
export const PF = 'devices/pci0000:00/0000:00:01.0/0000:02:00.0';
export const PF_DEVICE = 'bus/pci/devices/0000:02:00.0';
export const MODE = '--ovnkube-node-mode=dpu-host';
export const PORT = '--ovnkube-node-mgmt-port-netdev=enp2s0f0v0';
export const DERIVE = '--gateway-interface=derive-from-mgmt-port';

const OWN_FLAGS = /^--(ovnkube-node-mode|ovnkube-node-mgmt-port-netdev|gateway-interface)=/;
const OWN_VARIABLES = ['OVNKUBE_NODE_MODE', 'OVNKUBE_NODE_MGMT_PORT_NETDEV', 'OVN_GATEWAY_OPTS'];

function pairOf(lab: NetnsLab): Pair {
  const [pair] = pairsOf(lab.state.options as BluefieldOptions);
  if (pair === undefined) throw new Error(`lab ${lab.name} has no pair`);
  return pair;
}

const usual = (lab: NetnsLab) => hostOvnkube(pairOf(lab));

/** ovnkube runs with these settings and no others; how it was before comes back. */
export function ovnkubeWith(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  more: Pick<StandInOptions, 'configFile'> = {},
): Change {
  return async (lab) => {
    const { host } = lab.pair(1);
    const before = usual(lab);
    const kept = (before.args ?? []).filter((argument) => !OWN_FLAGS.test(argument));
    const variables = Object.entries(before.env ?? {}).filter(([name]) => !OWN_VARIABLES.includes(name));
    await startStandIn(host, {
      ...before,
      ...more,
      args: [...kept, ...args],
      env: { ...Object.fromEntries(variables), ...env },
    });
    return async () => {
      await host.sh('rm -f /etc/openvswitch/ovn_k8s.conf; rmdir /etc/openvswitch 2>/dev/null || true');
      await startStandIn(host, before);
    };
  };
}

/** The DPU's ovnkube runs with these arguments too. */
export const dpuOvnkubeAlsoWith =
  (...args: readonly string[]): Change =>
  async (lab) => {
    const { dpu } = lab.pair(1);
    const before = dpuOvnkube(pairOf(lab));
    await startStandIn(dpu, { ...before, args: [...(before.args ?? []), ...args] });
    return () => startStandIn(dpu, before);
  };

/** No ovnkube runs on the host. */
export const ovnkubeStopped: Change = async (lab) => {
  const { host } = lab.pair(1);
  await stopStandIn(host, 'ovnkube');
  return () => startStandIn(host, usual(lab));
};

/** The host's stacked sysfs is edited by this shell script, which runs at its root. */
export const sysfs =
  (script: string): Change =>
  (lab) =>
    editSysfs(lab.pair(1).host, script);

/** The PF's net directory shows further network devices, by name and phys_port_name. */
export function moreNetdevs(netdevs: Readonly<Record<string, string | undefined>>): Change {
  return async (lab) => {
    const { host } = lab.pair(1);
    const undos: Undo[] = [];
    const lines: string[] = [];
    let number = 0;
    for (const [name, portName] of Object.entries(netdevs)) {
      number += 1;
      await host.sh(
        `ip link add ${name} type veth peer name other-end${number}; ip link set ${name} up; ip link set other-end${number} up`,
      );
      undos.push(async () => {
        await host.sh(`ip link del ${name}`);
      });
      lines.push(`mkdir -p ${PF}/net/${name}
        ln -s ../../../0000:02:00.0 ${PF}/net/${name}/device
        ln -s ../../${PF}/net/${name} class/net/${name}
        ${portName === undefined ? '' : `echo ${portName} >${PF}/net/${name}/phys_port_name`}`);
    }
    undos.push(await editSysfs(host, lines.join('\n')));
    return async () => {
      await undoAll(undos)();
      await host.restackSysfs();
    };
  };
}

/** A veth pair has the name that OVN-Kubernetes is given for its management port, which is not there. */
export const managementPortIsVeth: Change = async (lab) => {
  const { host } = lab.pair(1);
  const routes = await routesOf(host, 'ovn-k8s-mp0');
  await host.sh(`
    ip link set ovn-k8s-mp0 down
    ip link set ovn-k8s-mp0 name hidden0
    ip link add enp2s0f0v0 type veth peer name other-end
    ip link set enp2s0f0v0 up
    ip link set other-end up`);
  await host.restackSysfs();
  return async () => {
    await host.sh(`
      ip link del enp2s0f0v0
      ip link set hidden0 name ovn-k8s-mp0
      ip link set ovn-k8s-mp0 up
      ${routes}`);
    await host.restackSysfs();
  };
};

/** A network device of the host has another name, in the kernel and below its PCI function. */
export const renamed =
  (from: string, to: string): Change =>
  async (lab) => {
    const { host } = lab.pair(1);
    const routes = await routesOf(host, from);
    const name = (was: string, is: string) =>
      host.sh(`ip link set ${was} down; ip link set ${was} name ${is}; ip link set ${is} up`);
    await name(from, to);
    const undo = await editSysfs(
      host,
      `mv ${PF}/net/${from} ${PF}/net/${to}
      rm class/net/${from}
      ln -s ../../${PF}/net/${to} class/net/${to}`,
    );
    return async () => {
      await name(to, from);
      await host.sh(routes || 'true');
      await undo();
    };
  };

/** A network device is set down. Its routes come back. */
export const down =
  (netdev: string, side: 'host' | 'dpu' = 'host'): Change =>
  async (lab) => {
    const node = lab.pair(1)[side];
    const routes = await routesOf(node, netdev);
    await node.sh(`ip link set ${netdev} down`);
    return async () => {
      await node.sh(`ip link set ${netdev} up\n${routes}`);
    };
  };

/** A network device of the host loses its IPv4 addresses, and with them its routes. */
export const withoutAddress =
  (netdev: string): Change =>
  async (lab) => {
    const { host } = lab.pair(1);
    const routes = await routesOf(host, netdev);
    const address = (await host.sh(`ip -4 -o addr show dev ${netdev} | awk '{print $4}'`)).trim();
    await host.sh(`ip -4 addr flush dev ${netdev}`);
    return async () => {
      await host.sh(`ip addr add ${address} dev ${netdev}\n${routes}`);
    };
  };

/** Commands that put the routes of a network device back that the kernel does not make itself. */
async function routesOf(node: LabNode, netdev: string): Promise<string> {
  const routes = (await node.sh(`ip route show dev ${netdev}`)).split('\n');
  return routes
    .filter((route) => route.trim() !== '' && !route.includes('proto kernel'))
    .map((route) => `ip route replace ${route.replace('linkdown', '')} dev ${netdev}`)
    .join('\n');
}

const BIN = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Programs are not installed on the host. */
export const without =
  (...programs: readonly string[]): Change =>
  async (lab) => {
    const { host } = lab.pair(1);
    const files = programs.flatMap((program) => BIN.map((directory) => `${directory}/${program}`));
    await host.sh(files.map((file) => `[ ! -e ${file} ] || mv ${file} ${file}.gone`).join('\n'));
    return async () => {
      await host.sh(files.map((file) => `[ ! -e ${file}.gone ] || mv ${file}.gone ${file}`).join('\n'));
    };
  };

/** A shell script has a program's place; `real` in it stands for the program. */
export const wrapped =
  (program: string, script: string): Change =>
  async (lab) => {
    const { host } = lab.pair(1);
    const file = (await host.sh(`readlink -f "$(command -v ${program})"`)).trim();
    const wrapper = `#!/bin/sh\n${script.replaceAll('real', `${file}.real`)}\n`;
    const { exitCode, stderr } = await host.exec(
      ['sh', '-euc', `mv ${file} ${file}.real; cat >${file}; chmod 755 ${file}`],
      { input: wrapper },
    );
    if (exitCode !== 0) throw new Error(`${program} on ${host.name}: ${stderr}`);
    return async () => {
      await host.sh(`mv ${file}.real ${file}`);
    };
  };
