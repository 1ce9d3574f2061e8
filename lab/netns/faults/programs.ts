import { cp, stat } from 'node:fs/promises';
import type { LabNode } from '../node.ts';
import { startOvs } from '../ovs.ts';
import { withoutOvs } from '../rootfs.ts';
import { type Fault, fault, type Undo } from './fault.ts';
import { OVSDB_PID, signal, VSWITCHD_PID } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

/** Gives a host the packages that it must not have: their files and their records. */
async function installOvs(node: LabNode): Promise<Undo> {
  const { hidden } = await withoutOvs();
  const files: string[] = [];
  for (const file of hidden) {
    const kind = await stat(`/${file}`).catch(() => undefined);
    if (kind?.isFile()) files.push(file);
  }
  await node.sh('cp -a /var/lib/dpkg/status /run/lab/dpkg-status');
  for (const file of files)
    await cp(`/${file}`, node.path(file), { recursive: true, preserveTimestamps: true });
  await cp('/var/lib/dpkg/status', node.path('/var/lib/dpkg/status'));
  return async () => {
    const { exitCode, stderr } = await node.exec(['xargs', 'rm', '-f'], {
      input: files.map((file) => `/${file}\n`).join(''),
    });
    if (exitCode !== 0) throw new Error(`removing OVS from ${node.name}: ${stderr}`);
    await node.sh(
      'mv /run/lab/dpkg-status /var/lib/dpkg/status; rm -rf /etc/openvswitch /usr/share/doc/openvswitch* /var/log/openvswitch/*',
    );
  };
}

/** A stand-in process ends; its program, arguments and environment come back as they were. */
function processStopped(name: string, summary: string, program: string, role: 'host' | 'dpu'): Fault {
  return fault(BLUEFIELD, name, summary, async (lab, { pair }) => {
    const node = lab.pair(pair)[role];
    const pid = (await node.sh(`pgrep --exact ${program}`)).trim();
    await node.sh(
      `cp /proc/${pid}/cmdline /run/lab/${program}.cmdline; cp /proc/${pid}/environ /run/lab/${program}.environ`,
    );
    await signalProcess(node, pid);
    return async () => {
      await node.sh(`
        setsid sh -c 'cat /run/lab/${program}.environ /run/lab/${program}.cmdline | xargs -0 env -i' >/dev/null 2>&1 &
        for attempt in $(seq 200); do ! pgrep --exact ${program} >/dev/null || exit 0; sleep 0.05; done
        exit 1`);
    };
  });
}

async function signalProcess(node: LabNode, pid: string): Promise<void> {
  await node.sh(`
    kill -KILL ${pid}
    for attempt in $(seq 200); do [ -e /proc/${pid} ] || exit 0; sleep 0.05; done
    exit 1`);
}

export const programFaults: Fault[] = [
  fault(BLUEFIELD, 'ovs-installed-on-host', 'Open vSwitch is installed on the host', (lab, { pair }) =>
    installOvs(lab.pair(pair).host),
  ),
  fault(
    BLUEFIELD,
    'ovs-running-on-host',
    'Open vSwitch is installed and running on the host',
    async (lab, { pair }) => {
      const { host } = lab.pair(pair);
      const uninstall = await installOvs(host);
      await startOvs(host, {});
      return async () => {
        await signal(host, VSWITCHD_PID, 'KILL');
        await signal(host, OVSDB_PID, 'KILL');
        await uninstall();
        await host.sh('rm -rf /run/openvswitch');
      };
    },
  ),
  processStopped('ovnkube-stopped-on-host', 'ovnkube is not running on the host', 'ovnkube', 'host'),
  processStopped('ovnkube-stopped-on-dpu', 'ovnkube is not running on the DPU', 'ovnkube', 'dpu'),
  processStopped('kubelet-stopped-on-host', 'kubelet is not running on the host', 'kubelet', 'host'),
];
