import { podNetwork } from '../../kubernetes/clusters/bluefield.ts';
import { ovnMac } from '../../kubernetes/clusters/ovn.ts';
import type { KubernetesApi, KubernetesObject } from '../../kubernetes/index.ts';
import type { LabNode } from '../../netns/index.ts';
import { ipBatch, must } from '../../netns/run.ts';
import { moveIntoPod, netdevsOf } from './interface.ts';
import { createLogicalPort, type LogicalPort, plug, removeLogicalPort, unplug } from './logical-port.ts';
import type { Added, Request } from './plugin.ts';

/** Of the node's /24: .1 is its router, .2 its management port. */
const FIRST = 3;

interface Attached {
  host: string;
  port: string;
  last: number;
}

/** What ovnkube in full mode does for the pods of its own node: a veth pair, one end in br-int. */
export class VethPods {
  readonly #attached = new Map<string, Attached>();
  readonly #api: KubernetesApi;
  readonly #node: LabNode;
  readonly #subnet: string;

  constructor(api: KubernetesApi, node: LabNode, subnet: string) {
    this.#api = api;
    this.#node = node;
    this.#subnet = subnet;
  }

  /** Must not be called before it has answered: the node's interfaces are one thing. */
  async answer(request: Request): Promise<Added | undefined> {
    if (request.command === 'ADD') return await this.#add(request);
    if (request.command === 'DEL') await this.#remove(request);
    return undefined;
  }

  async #add({ containerId, netns, ifname, namespace, pod: name }: Request): Promise<Added> {
    const pod = (await this.#api.get(`/api/v1/namespaces/${namespace}/pods/${name}`)) as KubernetesObject;
    const taken = new Set([...this.#attached.values()].map(({ last }) => last));
    let last = FIRST;
    while (taken.has(last)) last++;
    const address = `${this.#subnet}.${last}`;
    const added = { mac: ovnMac(address), address, gateway: `${this.#subnet}.1` };
    // OVN-Kubernetes calls them after the sandbox, too.
    const host = containerId.slice(0, 15);
    const peer = `${host.slice(0, 13)}_c`;
    const port: LogicalPort = {
      name: `${namespace}_${name}`,
      node: this.#node.name,
      mac: added.mac,
      address,
      uid: String(pod.metadata['uid']),
      sandbox: containerId,
    };
    this.#attached.set(containerId, { host, port: port.name, last });
    await ipBatch([`link add ${host} type veth peer name ${peer}`], { netns: this.#node.netns });
    for (const netdev of [host, peer])
      await must(['nsenter', `--net=/run/netns/${this.#node.netns}`, 'ethtool', '-K', netdev, 'tx', 'off']);
    await moveIntoPod(this.#node, peer, netns, ifname, added);
    await createLogicalPort(this.#node, port);
    await plug(this.#node, host, port);
    await this.#api.patch(pod, { metadata: { annotations: podNetwork(this.#subnet, address) } });
    return added;
  }

  async #remove({ containerId }: Request): Promise<void> {
    const attached = this.#attached.get(containerId);
    if (attached === undefined) return;
    const { host, port } = attached;
    await unplug(this.#node, host);
    await removeLogicalPort(this.#node, port);
    if ((await netdevsOf(this.#node)).includes(host))
      await ipBatch([`link delete ${host}`], { netns: this.#node.netns });
    this.#attached.delete(containerId);
  }
}
