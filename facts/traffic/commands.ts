/** A command that a run of traffic starts on a node or in a pod; words in capitals hang on what it is about. */
export interface TrafficCommand {
  readonly command: string;
  readonly why: string;
  readonly root?: true;
}

/**
 * What sending traffic runs besides what the facts do. Their arguments name ports, flows and namespaces, which nobody knows
 * beforehand: so they are told here, and stand in no sudoers file.
 */
export const TRAFFIC_COMMANDS: readonly TrafficCommand[] = [
  { command: 'nsenter --net=/run/netns/NAME …', why: 'into namespaces, where there are no pods', root: true },
  { command: 'ovs-appctl dpctl/dump-dps', why: 'flows of a packet, and proof of offload', root: true },
  {
    command: 'ovs-appctl dpctl/dump-flows -m --names',
    why: 'flows of a packet, and proof of offload',
    root: true,
  },
  { command: 'ovs-appctl revalidator/wait', why: 'counters of the present', root: true },
  { command: 'ovs-appctl ofproto/trace --names BRIDGE FLOW', why: 'what drops a packet', root: true },
  { command: 'ovs-ofctl dump-ports BRIDGE', why: 'where packets vanish', root: true },
  { command: 'ovs-vsctl get Interface PORT statistics', why: 'what software forwards', root: true },
  { command: 'grep … /var/log/openvswitch/ovs-vswitchd.log', why: 'flows that were refused', root: true },
  { command: 'ping, nc, timeout; iperf3 where there is one', why: 'what is sent' },
  { command: 'ip addr show; ip route get ADDRESS; ip neigh show', why: "an endpoint's own network" },
  { command: 'ip -j -s link show; ip -j stats show dev DEVICE', why: 'where packets vanish' },
  { command: 'ethtool -S DEVICE; tc -j -s qdisc show', why: 'what software forwards, and what queues drop' },
];
