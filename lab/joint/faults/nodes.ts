import { RESOURCE } from '../../kubernetes/clusters/bluefield.ts';
import type { KubernetesApi, KubernetesObject } from '../../kubernetes/index.ts';
import { waitFor } from '../../netns/wait.ts';
import type { JointLab } from '../lab.ts';
import { waitForOvnkube, waitForPodOf, waitForWorkloads } from '../objects.ts';
import { fault, type JointFault } from './fault.ts';

const DPU_HOST = 'k8s.ovn.org/dpu-host';
const DPU = 'k8s.ovn.org/dpu';
/** What goes by these labels. */
const ON_HOSTS = ['ovnkube-node-dpu-host', 'kube-sriov-device-plugin'];
const ON_DPUS = ['ovnkube-node-dpu'];

const nodeObject = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
});

/** Changes labels, and waits until the DaemonSets that go by them have left the node or come back to it. */
async function relabel(
  { api, nodes }: JointLab,
  node: string,
  labels: Record<string, string | null>,
  sets: readonly string[],
  placed: boolean,
): Promise<void> {
  await api.patch(nodeObject(node), { metadata: { labels } });
  await Promise.all(sets.map((set) => waitForPodOf(api, set, node, placed)));
  await waitForOvnkube(nodes.node(node), placed ? 1 : 0);
  await waitForWorkloads(api);
}

/** Changes what a node has of extended resources, and waits until kubelet has made allocatable of it. */
export async function setResources(
  api: KubernetesApi,
  node: string,
  capacity: Record<string, string | null>,
): Promise<void> {
  await api.patch(nodeObject(node), { status: { capacity } }, 'status');
  await waitFor(`kubelet on ${node} to say what is allocatable`, async () => {
    const { status } = (await api.get(`/api/v1/nodes/${node}`)) as KubernetesObject;
    const { allocatable } = status as { allocatable: Record<string, string> };
    return Object.entries(capacity).every(([name, amount]) => (allocatable[name] ?? null) === amount);
  });
}

/** As many VFs as the device plugin gives out by the guide's configuration. */
export const POOL = '2';

export const nodeFaults: JointFault[] = [
  fault(
    'dpu-host-label-wrong',
    'a host has the label host-dpu in the place of dpu-host, so its DaemonSets leave it',
    async (lab, { pair }) => {
      const { host } = lab.pair(pair);
      const wrong = 'k8s.ovn.org/host-dpu';
      await relabel(lab, host, { [DPU_HOST]: null, [wrong]: '' }, ON_HOSTS, false);
      return () => relabel(lab, host, { [DPU_HOST]: '', [wrong]: null }, ON_HOSTS, true);
    },
  ),
  fault('dpu-label-missing', 'a DPU has no label, so its DaemonSet leaves it', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    await relabel(lab, dpu, { [DPU]: null }, ON_DPUS, false);
    return () => relabel(lab, dpu, { [DPU]: '' }, ON_DPUS, true);
  }),
  fault(
    'capacity-zero',
    'a host has none of the resource, though its device plugin runs',
    async (lab, { pair }) => {
      const { host } = lab.pair(pair);
      await setResources(lab.api, host, { [RESOURCE]: '0' });
      return () => setResources(lab.api, host, { [RESOURCE]: POOL });
    },
  ),
];
