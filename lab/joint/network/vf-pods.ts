import {
  connectionDetails,
  connectionReady,
  networkStatus,
  podNetwork,
  RESOURCE,
} from '../../kubernetes/clusters/bluefield.ts';
import { NAMESPACE } from '../../kubernetes/clusters/ovn.ts';
import type { KubernetesApi, KubernetesObject } from '../../kubernetes/index.ts';
import type { Pair, Vf } from '../../netns/bluefield/options.ts';
import type { LabNode } from '../../netns/index.ts';
import { moveBack, moveIntoPod, netdevsOf } from './interface.ts';
import { createLogicalPort, type LogicalPort, plug, removeLogicalPort, unplug } from './logical-port.ts';
import type { Added, Request } from './plugin.ts';

/** OVN-Kubernetes' words for a pod on a DPU host that was given no VF. */
const NO_DEVICE = 'unexpected configuration, pod request on dpu host. device ID must be provided';

const DEFAULT_NETWORK =
  '/apis/k8s.cni.cncf.io/v1/namespaces/kube-system/network-attachment-definitions/default';

interface Attached {
  vf: Vf;
  port: string;
}

/**
 * What Multus, the device plugin's allocation and ovnkube on a host and on its DPU do together for a pod: the VF goes
 * into the pod, its representor into br-int, and each party leaves its annotation.
 */
export class VfPods {
  readonly #attached = new Map<string, Attached>();
  readonly #api: KubernetesApi;
  readonly #host: LabNode;
  readonly #dpu: LabNode;
  readonly #central: LabNode;
  readonly #pair: Pair;

  constructor(api: KubernetesApi, nodes: { host: LabNode; dpu: LabNode; central: LabNode }, pair: Pair) {
    this.#api = api;
    this.#host = nodes.host;
    this.#dpu = nodes.dpu;
    this.#central = nodes.central;
    this.#pair = pair;
  }

  /** Must not be called before it has answered: the node's interfaces are one thing. */
  async answer(request: Request): Promise<Added | undefined> {
    if (request.command === 'ADD') return await this.#add(request);
    if (request.command === 'DEL') await this.#remove(request);
    return undefined;
  }

  async #add(request: Request): Promise<Added> {
    await this.#dpuMustLive();
    const path = `/api/v1/namespaces/${request.namespace}/pods/${request.pod}`;
    const pod = (await this.#api.get(path)) as KubernetesObject;
    await this.#mustHaveDevice(pod);
    const vf = await this.#freeVf();
    const added = { mac: vf.mac, address: vf.address, gateway: `${this.#pair.subnet}.1` };
    const port: LogicalPort = {
      name: `${request.namespace}_${request.pod}`,
      node: this.#pair.host,
      mac: vf.mac,
      address: vf.address,
      uid: String(pod.metadata['uid']),
      sandbox: request.containerId,
      vfNetdev: vf.netdev,
    };
    this.#attached.set(request.containerId, { vf, port: port.name });
    const note = (annotations: Record<string, string>) => this.#api.patch(pod, { metadata: { annotations } });
    await Promise.all([
      note({
        ...podNetwork(this.#pair.subnet, vf.address),
        ...connectionDetails(vf.index, request.containerId),
      }),
      createLogicalPort(this.#central, port).then(() => plug(this.#dpu, vf.representor, port)),
      moveIntoPod(this.#host, vf.netdev, request.netns, request.ifname, added),
    ]);
    await Promise.all([
      note({ ...connectionReady(), ...networkStatus(vf.address, vf.index) }),
      this.#host.restackSysfs(),
    ]);
    return added;
  }

  async #remove({ containerId, netns, ifname }: Request): Promise<void> {
    const attached = this.#attached.get(containerId);
    if (attached === undefined) return;
    const { vf, port } = attached;
    await unplug(this.#dpu, vf.representor);
    await removeLogicalPort(this.#central, port);
    const there = await netdevsOf(this.#host);
    if (!there.includes(vf.netdev)) await moveBack(this.#host, vf.netdev, netns, ifname);
    await this.#host.restackSysfs();
    this.#attached.delete(containerId);
  }

  async #dpuMustLive(): Promise<void> {
    const { spec } = (await this.#api.get(
      `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/ovn-dpu-${this.#pair.host}`,
    )) as KubernetesObject;
    const { renewTime, leaseDurationSeconds } = spec as { renewTime: string; leaseDurationSeconds: number };
    const end = Date.parse(renewTime) + leaseDurationSeconds * 1000;
    if (Date.now() <= end) return;
    const time = new Date(end).toISOString().replace(/\.\d+/, '');
    // OVN-Kubernetes' words (pkg/cni/cni.go, pkg/node/dpulease/manager.go).
    throw new Error(`DPU Not Ready: DPU node lease expired at ${time}`);
  }

  async #mustHaveDevice({ metadata, spec }: KubernetesObject): Promise<void> {
    const { containers } = spec as { containers: { resources?: { requests?: Record<string, string> } }[] };
    const wanted = containers.some(({ resources }) => resources?.requests?.[RESOURCE] !== undefined);
    if (!wanted || metadata.annotations?.['v1.multus-cni.io/default-network'] === undefined)
      throw new Error(NO_DEVICE);
    // Multus asks for the device by what the network says of it.
    const network = (await this.#api.get(DEFAULT_NETWORK)) as KubernetesObject;
    if (network.metadata.annotations?.['k8s.v1.cni.cncf.io/resourceName'] !== RESOURCE)
      throw new Error(NO_DEVICE);
  }

  /** VF0 is the management port. */
  async #freeVf(): Promise<Vf> {
    const there = await netdevsOf(this.#host);
    const free = this.#pair.vfs.find(({ index, netdev }) => index > 0 && there.includes(netdev));
    if (free === undefined) throw new Error(`no VF of ${this.#host.name} is free`);
    return free;
  }
}
