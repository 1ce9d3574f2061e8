import type { LabNode } from '../node.ts';
import { waitFor } from '../wait.ts';
import { editFile } from './edit-file.ts';
import { type Fault, fault, undoAll } from './fault.ts';
import { signal } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;
const EVERY = ['bluefield', 'veth', 'tap'] as const;

async function setSysctl(node: LabNode, key: string, value?: string) {
  const old = (await node.sh(`sysctl -n ${key}`)).trim();
  await node.sh(`sysctl -q -w ${key}='${value ?? (old === '0' ? '1' : '0')}'`);
  return async () => {
    await node.sh(`sysctl -q -w ${key}='${old}'`);
  };
}

export const settingFaults: Fault[] = [
  fault(BLUEFIELD, 'swap-on', 'the DPU swaps', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    // Swapping would be on for the whole machine: the DPU gets a /proc/swaps of its own.
    await dpu.sh(`
      { cat /proc/swaps; echo '/dev/vda2                               partition	2097148		0		-2'; } >/run/lab/swaps
      mount --bind /run/lab/swaps /proc/swaps`);
    return async () => {
      await dpu.sh('umount /proc/swaps');
    };
  }),
  fault(BLUEFIELD, 'ip-forward-off', 'net.ipv4.ip_forward is 0 on the DPU', (lab, { pair }) =>
    setSysctl(lab.pair(pair).dpu, 'net.ipv4.ip_forward', '0'),
  ),
  fault(
    EVERY,
    'sysctl-changed',
    'a sysctl of the host is changed (key, value)',
    (lab, { pair, key, value }) => {
      const usual = lab.topology === 'veth' ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
      return setSysctl(lab.pair(pair).host, key ?? usual, value);
    },
  ),
  fault(BLUEFIELD, 'br-netfilter-missing', 'br_netfilter is not loaded on the DPU', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    // A whiteout hides the kernel's own entry too, if there is one; so does a mount over its settings.
    await dpu.sh(`
      cd /run/lab
      rm -rf sysfs/module/br_netfilter
      mknod sysfs/module/br_netfilter c 0 0
      sh stack-sysfs.sh
      [ ! -d /proc/sys/net/bridge ] || mount -t tmpfs none /proc/sys/net/bridge`);
    return async () => {
      await dpu.sh(`
        cd /run/lab
        ! mountpoint -q /proc/sys/net/bridge || umount /proc/sys/net/bridge
        rm sysfs/module/br_netfilter
        mkdir sysfs/module/br_netfilter
        echo live >sysfs/module/br_netfilter/initstate
        sh stack-sysfs.sh`);
    };
  }),
  fault(
    BLUEFIELD,
    'dns-stub-listener',
    'the control plane resolves names through a stub listener',
    async (lab) => {
      const node = lab.node('control-plane');
      return undoAll([
        await editFile(node, '/etc/resolv.conf', "sed 's/^nameserver .*/nameserver 127.0.0.53/'"),
        await editFile(node, '/etc/systemd/resolved.conf', "sed '/DNSStubListener/d'"),
      ]);
    },
  ),
  fault(EVERY, 'sshd-stopped', 'a DPU accepts no connections', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    const listening = async () => (await dpu.sh('ss -Hltn sport = :22')) !== '';
    await signal(dpu, '/run/sshd.pid', 'TERM');
    return async () => {
      await dpu.sh('/usr/sbin/sshd');
      await waitFor(`sshd on ${dpu.name}`, listening);
    };
  }),
];
