import { addressBridge } from '../bluefield/dpu.ts';
import { type BluefieldOptions, type Pair, pairsOf } from '../bluefield/options.ts';
import { waitUntilPlumbed } from '../bluefield/settle.ts';
import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { OVN_CONTROLLER } from '../ovn.ts';
import { OVS_VSWITCHD, OVSDB_SERVER } from '../ovs.ts';
import { waitFor } from '../wait.ts';

export const VSWITCHD_PID = '/run/openvswitch/ovs-vswitchd.pid';
export const OVSDB_PID = '/run/openvswitch/ovsdb-server.pid';
export const CONTROLLER_PID = '/run/ovn/ovn-controller.pid';

export function pairOf(lab: NetnsLab, number = 1): Pair {
  const pair = pairsOf(lab.state.options as BluefieldOptions)[number - 1];
  if (!pair) throw new Error(`lab ${lab.name} has no pair ${number}`);
  return pair;
}

export async function signal(
  node: LabNode,
  pidFile: string,
  name: 'KILL' | 'STOP' | 'CONT' | 'TERM',
): Promise<void> {
  const pid = (await node.sh(`cat ${pidFile}`)).trim();
  await node.sh(`kill -${name} ${pid}`);
  if (name === 'KILL' || name === 'TERM') {
    await waitFor(`${pidFile} of ${node.name} to end`, async () => {
      return (await node.exec(['test', '-e', `/proc/${pid}`])).exitCode !== 0;
    });
  }
}

export async function startOvsdb(node: LabNode): Promise<void> {
  await node.sh(OVSDB_SERVER);
}

/** Starts ovs-vswitchd again; in user space a bridge's own netdev, with its address, goes with the daemon. */
export async function startVswitchd(lab: NetnsLab, node: LabNode, pair: Pair): Promise<void> {
  await node.sh(OVS_VSWITCHD);
  await addressBridge(node, pair);
  await waitUntilPlumbed(lab, [pair], { control: false });
}

export async function restartVswitchd(lab: NetnsLab, node: LabNode, pair: Pair): Promise<void> {
  await signal(node, VSWITCHD_PID, 'TERM');
  await startVswitchd(lab, node, pair);
}

export async function startOvnController(lab: NetnsLab, node: LabNode, pair: Pair): Promise<void> {
  await node.sh(OVN_CONTROLLER);
  await waitUntilPlumbed(lab, [pair], { control: false });
}

/**
 * Has ovn-controller leave Open vSwitch as it is, which is not to break it: it runs and stays connected. On a busy machine the
 * southbound database may have taken it for gone a moment before; it comes back by itself.
 */
export async function pauseController(node: LabNode): Promise<void> {
  await node.sh('ovn-appctl --timeout=10 -t ovn-controller debug/pause');
  await waitUntilConnected(node);
}

/** One that is paused again before it is back stays away. */
export async function resumeController(node: LabNode): Promise<void> {
  await node.sh('ovn-appctl --timeout=10 -t ovn-controller debug/resume');
  await waitUntilConnected(node);
}

/** Connected in `times` answers in a row: it may answer once before it has seen that it was taken for gone. */
export function waitUntilConnected(node: LabNode, times = 1): Promise<void> {
  const asked = ['ovn-appctl', '--timeout=5', '-t', 'ovn-controller', 'connection-status'];
  let connected = 0;
  return waitFor(`ovn-controller on ${node.name} to be connected`, async () => {
    connected = (await node.exec(asked)).stdout.trim() === 'connected' ? connected + 1 : 0;
    return connected >= times;
  });
}
