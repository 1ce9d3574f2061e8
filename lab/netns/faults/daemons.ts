import { waitUntilPlumbed } from '../bluefield/settle.ts';
import type { LabNode } from '../node.ts';
import { type Fault, fault } from './fault.ts';
import {
  CONTROLLER_PID,
  OVSDB_PID,
  pairOf,
  signal,
  startOvnController,
  startOvsdb,
  startVswitchd,
  VSWITCHD_PID,
  waitUntilConnected,
} from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

/** A daemon that has stood still for some seconds is taken for gone by others, and is connected anew. */
async function resume(dpu: LabNode, pidFile: string): Promise<void> {
  await signal(dpu, pidFile, 'CONT');
  await waitUntilConnected(dpu, 5);
}

export const daemonFaults: Fault[] = [
  fault(BLUEFIELD, 'vswitchd-killed', 'ovs-vswitchd is not running', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, VSWITCHD_PID, 'KILL');
    return () => startVswitchd(lab, dpu, pairOf(lab, pair));
  }),
  fault(BLUEFIELD, 'vswitchd-hung', 'ovs-vswitchd is there but answers nothing', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, VSWITCHD_PID, 'STOP');
    return () => resume(dpu, VSWITCHD_PID);
  }),
  fault(BLUEFIELD, 'ovsdb-killed', 'ovsdb-server is not running', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, OVSDB_PID, 'KILL');
    return async () => {
      await startOvsdb(dpu);
      await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
    };
  }),
  fault(BLUEFIELD, 'ovn-controller-killed', 'ovn-controller is not running', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, CONTROLLER_PID, 'KILL');
    return () => startOvnController(lab, dpu, pairOf(lab, pair));
  }),
  fault(BLUEFIELD, 'ovn-controller-hung', 'ovn-controller is there but stopped', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, CONTROLLER_PID, 'STOP');
    return () => resume(dpu, CONTROLLER_PID);
  }),
  fault(BLUEFIELD, 'ovsdb-hung', 'ovsdb-server is there but answers nothing', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await signal(dpu, OVSDB_PID, 'STOP');
    return () => resume(dpu, OVSDB_PID);
  }),
];
