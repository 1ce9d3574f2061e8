import { rm, writeFile } from 'node:fs/promises';
import { ovsVsctl } from '../../netns/bluefield/dpu.ts';
import type { Pair, Vf } from '../../netns/bluefield/options.ts';
import { ovsSet } from '../../netns/ovs.ts';
import type { JointLab } from '../lab.ts';
import { dpuLease, leaseStopped } from '../network/leases.ts';
import { plug, unplug } from '../network/logical-port.ts';
import type { VfPod } from '../pods.ts';
import { clusterDirectory } from '../state.ts';
import { fault, type JointFault, type JointTarget, type Undo } from './fault.ts';

const AN_HOUR_MS = 3_600_000;

/** The pod that a fault is about. */
async function podOf(lab: JointLab, { pair, pod }: JointTarget): Promise<VfPod> {
  const { host } = lab.pair(pair);
  const running = await lab.runningPods();
  const found = running.find((one) => (pod === undefined ? one.pair.host === host : one.name === pod));
  if (found === undefined) throw new Error(pod === undefined ? `${host} has no pod` : `no pod ${pod}`);
  return found;
}

async function freeVf(lab: JointLab, pair: Pair, index: number | undefined): Promise<Vf> {
  const taken = (await lab.runningPods())
    .filter((pod) => pod.pair.host === pair.host)
    .map(({ vf }) => vf.index);
  const free = pair.vfs.find((vf) =>
    index === undefined ? vf.index > 0 && !taken.includes(vf.index) : vf.index === index,
  );
  if (free === undefined) throw new Error(`no VF of ${pair.host} is free`);
  return free;
}

/** Puts the representor of a VF that no pod has into br-int. */
async function addPort(
  lab: JointLab,
  pair: Pair,
  { representor }: Vf,
  ids: Record<string, string>,
): Promise<Undo> {
  const dpu = lab.nodes.node(pair.dpu);
  await ovsVsctl(dpu, [
    `add-port br-int ${representor} -- set Interface ${representor} ${ovsSet('external_ids', ids)}`,
  ]);
  return () => unplug(dpu, representor);
}

export const dpuFaults: JointFault[] = [
  fault('lease-stale', "a DPU's lease was last renewed an hour ago", async (lab, { pair }) => {
    const { host } = lab.pair(pair);
    const stopped = leaseStopped(clusterDirectory(lab.directory), host);
    const renew = async (time: Date) => {
      const { spec, ...identity } = dpuLease(host, time);
      await lab.api.patch(identity, { spec });
    };
    await writeFile(stopped, '');
    await renew(new Date(Date.now() - AN_HOUR_MS));
    return async () => {
      await rm(stopped, { force: true });
      await renew(new Date());
    };
  }),
  fault('pod-port-missing', "a running pod's representor is in no bridge", async (lab, target) => {
    const { pair, vf, ifaceId, uid, sandbox, address } = await podOf(lab, target);
    const dpu = lab.nodes.node(pair.dpu);
    await unplug(dpu, vf.representor);
    return () =>
      plug(dpu, vf.representor, {
        name: ifaceId,
        node: pair.host,
        mac: vf.mac,
        address,
        uid,
        sandbox,
        vfNetdev: vf.netdev,
      });
  }),
  fault(
    'gone-pod-port',
    'br-int still has the representor of a pod that is gone (value: its iface-id)',
    async (lab, { pair, index, value = 'default_gone' }) => {
      const of = lab.pair(pair);
      const vf = await freeVf(lab, of, index);
      return addPort(lab, of, vf, {
        'iface-id': value,
        'iface-id-ver': '9f0e4d0c-7a34-4c1b-8e43-0c7d3b8a5e11',
        attached_mac: vf.mac,
        ip_addresses: `${vf.address}/24`,
        sandbox: '5b'.repeat(32),
        'vf-netdev-name': vf.netdev,
      });
    },
  ),
  fault(
    'iface-id-twice',
    "a free VF's representor is in br-int with the iface-id of a running pod",
    async (lab, target) => {
      const pod = await podOf(lab, target);
      const vf = await freeVf(lab, pod.pair, target.index);
      return addPort(lab, pod.pair, vf, { 'iface-id': pod.ifaceId, sandbox: pod.sandbox });
    },
  ),
];
