import { integrationBridgeCommands, ovsVsctl } from '../bluefield/dpu.ts';
import { waitUntilPlumbed } from '../bluefield/settle.ts';
import type { LabNode } from '../node.ts';
import { waitFor } from '../wait.ts';
import { moveAside } from './aside.ts';
import { type Fault, fault } from './fault.ts';
import {
  CONTROLLER_PID,
  pairOf,
  pauseController,
  resumeController,
  signal,
  startOvnController,
} from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;
const TUNNELS = 'ovs-vsctl --timeout=20 --bare --columns=name find Interface type=geneve | grep .';

async function waitForError(node: LabNode, port: string, wanted: boolean): Promise<void> {
  await waitFor(`the Interface ${port} ${wanted ? 'to have an' : 'to lose its'} error`, async () => {
    const error = (await node.sh(`ovs-vsctl --timeout=5 get Interface ${port} error`)).trim();
    return (error !== '[]') === wanted;
  });
}

export const ovsFaults: Fault[] = [
  fault(
    BLUEFIELD,
    'ovs-port-without-device',
    'br-int has a port whose device does not exist',
    async (lab, { pair, value = 'pf0vf9' }) => {
      const { dpu } = lab.pair(pair);
      // ovs-vsctl reports the error and exits 0 or 2 by version; the record in the database is what counts.
      await dpu.exec(['ovs-vsctl', '--timeout=20', 'add-port', 'br-int', value]);
      await waitForError(dpu, value, true);
      return () => ovsVsctl(dpu, [`del-port br-int ${value}`]);
    },
  ),
  fault(
    BLUEFIELD,
    'representor-missing',
    'the representor of a VF is gone while its port is not',
    async (lab, { pair, index = 1 }) => {
      const { dpu } = lab.pair(pair);
      const port = integrationBridgeCommands(pairOf(lab, pair))[index + 1] ?? '';
      const undo = await moveAside(lab, dpu, `pf0vf${index}`);
      // OVS in user space holds on to the device it has open, which the kernel's datapath does not.
      await ovsVsctl(dpu, [`del-port br-int pf0vf${index}`]);
      await dpu.exec(['sh', '-c', `ovs-vsctl --timeout=20 ${port}`]);
      await waitForError(dpu, `pf0vf${index}`, true);
      return async () => {
        await undo();
        await ovsVsctl(dpu, [`del-port br-int pf0vf${index}`]);
        await ovsVsctl(dpu, [port]);
        await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
      };
    },
  ),
  fault(
    BLUEFIELD,
    'representor-not-in-bridge',
    'the representor of a VF is in no bridge',
    async (lab, { pair, index = 1 }) => {
      const { dpu } = lab.pair(pair);
      await ovsVsctl(dpu, [`del-port br-int pf0vf${index}`]);
      return async () => {
        const [, ...ports] = integrationBridgeCommands(pairOf(lab, pair));
        await ovsVsctl(dpu, ports.slice(index, index + 1));
        await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
      };
    },
  ),
  fault(BLUEFIELD, 'uplink-not-in-bridge', 'brp0 lacks p0', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await ovsVsctl(dpu, ['del-port brp0 p0']);
    return () => ovsVsctl(dpu, ['add-port brp0 p0']);
  }),
  fault(BLUEFIELD, 'host-representor-not-in-bridge', 'brp0 lacks pf0hpf', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await ovsVsctl(dpu, ['del-port brp0 pf0hpf']);
    return () => ovsVsctl(dpu, ['add-port brp0 pf0hpf']);
  }),
  fault(
    BLUEFIELD,
    'patch-asymmetric',
    "a patch port's peer does not name it back",
    async (lab, { pair, value = 'patch-nowhere' }) => {
      const { host, dpu } = lab.pair(pair);
      const port = `patch-br-int-to-brp0_${host.name}`;
      // ovn-controller would mend it.
      await pauseController(dpu);
      await ovsVsctl(dpu, [`set Interface ${port} options:peer=${value}`]);
      return async () => {
        await ovsVsctl(dpu, [`set Interface ${port} options:peer=patch-brp0_${host.name}-to-br-int`]);
        await resumeController(dpu);
      };
    },
  ),
  fault(
    BLUEFIELD,
    'patch-missing',
    'there are no patch ports between brp0 and br-int',
    async (lab, { pair }) => {
      const { host, dpu } = lab.pair(pair);
      await pauseController(dpu);
      await ovsVsctl(dpu, [
        `del-port brp0 patch-brp0_${host.name}-to-br-int`,
        `del-port br-int patch-br-int-to-brp0_${host.name}`,
      ]);
      return async () => {
        await resumeController(dpu);
        await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
      };
    },
  ),
  fault(BLUEFIELD, 'br-int-removed', 'there is no br-int', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    // ovn-controller would make a new one.
    await pauseController(dpu);
    await ovsVsctl(dpu, ['del-br br-int']);
    return async () => {
      await ovsVsctl(dpu, integrationBridgeCommands(pairOf(lab, pair)));
      await resumeController(dpu);
      await waitUntilPlumbed(lab, [pairOf(lab, pair)], { control: false });
      await dpu.restackSysfs();
    };
  }),
  fault(
    BLUEFIELD,
    'fail-mode-changed',
    'fail_mode of br-int is not secure (value: standalone)',
    async (lab, { pair, value = 'standalone' }) => {
      const { dpu } = lab.pair(pair);
      // ovn-controller would mend it.
      await pauseController(dpu);
      // Switching by itself, br-int floods into the tunnels, whose packets come back to it: an endless loop.
      await dpu.sh(`for tunnel in $(${TUNNELS}); do ovs-ofctl mod-port br-int $tunnel no-flood; done`);
      await ovsVsctl(dpu, [`set Bridge br-int fail_mode=${value}`]);
      return async () => {
        await ovsVsctl(dpu, ['set Bridge br-int fail_mode=secure']);
        await dpu.sh(`for tunnel in $(${TUNNELS}); do ovs-ofctl mod-port br-int $tunnel flood; done`);
        // Each change of the mode flushes the flows, and only a new ovn-controller installs all of them again.
        await signal(dpu, CONTROLLER_PID, 'KILL');
        await startOvnController(lab, dpu, pairOf(lab, pair));
      };
    },
  ),
  fault(
    BLUEFIELD,
    'geneve-local-ip-wrong',
    "a geneve tunnel's local_ip is not the DPU's address",
    async (lab, { pair, value = '192.168.41.250' }) => {
      const { dpu } = lab.pair(pair);
      const { dpuAddress } = pairOf(lab, pair);
      const tunnel = (
        await dpu.sh('ovs-vsctl --timeout=20 --bare --columns=name find Interface type=geneve')
      ).split('\n')[0];
      await pauseController(dpu);
      await ovsVsctl(dpu, [`set Interface ${tunnel} options:local_ip=${value}`]);
      return async () => {
        await ovsVsctl(dpu, [`set Interface ${tunnel} options:local_ip=${dpuAddress}`]);
        await resumeController(dpu);
      };
    },
  ),
];
