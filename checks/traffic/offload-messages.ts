import type { Message } from '../define.ts';

const RESTART = 'systemctl restart openvswitch-switch.service';

/** Why traffic is not in the hardware, by what was found on the sender's DPU. */
export const OFFLOAD_MESSAGES = {
  NOT_SET: {
    text: 'what {sender} sends is forwarded {how}: other_config:hw-offload is not set on {dpu}',
    cause: 'It is off unless it is set (ovs-vswitchd.conf.db(5)).',
    remedy: `On {dpu}: ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; ${RESTART}`,
    source: 'seed A L115',
  },
  OFF: {
    text: 'what {sender} sends is forwarded {how}: other_config:hw-offload is {what} on {dpu}',
    cause: 'Only true turns it on.',
    remedy: `On {dpu}: ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; ${RESTART}`,
    source: 'seed A L115',
  },
  KEPT_OUT: {
    text: 'what {sender} sends is forwarded {how}: other_config:tc-policy is skip_hw on {dpu}',
    cause: 'It keeps every flow out of the hardware: flows go to TC, which forwards them in software.',
    remedy: `On {dpu}: ovs-vsctl remove Open_vSwitch . other_config tc-policy; ${RESTART}`,
    source: 'ovs-vswitchd.conf.db(5)',
  },
  NOT_RESTARTED: {
    text: 'what {sender} sends is forwarded {how}: ovs-vswitchd on {dpu} was not restarted since hw-offload was set',
    cause: 'Changing this value requires restarting the daemon (ovs-vswitchd.conf.db(5)).',
    remedy: `On {dpu}: ${RESTART}`,
    source: 'seed A L112-116',
  },
  LEGACY: {
    text: 'what {sender} sends is forwarded {how}: the eswitch of {what} on {dpu} is in legacy mode',
    cause: 'In legacy mode Open vSwitch has nothing to offload to.',
    remedy: 'On {dpu}: devlink dev eswitch set {what} mode switchdev',
  },
  TC_OFF: {
    text: 'what {sender} sends is forwarded {how}: hw-tc-offload of {what} on {dpu} is off',
    cause: 'Flows that come in on this port are forwarded in software.',
    remedy: 'On {dpu}: sudo ethtool -K {what} hw-tc-offload on',
    source: 'seed A L98-101',
  },
  TC_FIXED: {
    text: 'what {sender} sends is forwarded {how}: hw-tc-offload of {what} on {dpu} is off, and the driver does not let it be turned on',
    cause: 'The driver or the firmware of this port offloads no flows.',
    remedy: 'On {dpu}, look at the driver and the firmware: ethtool -i {what}',
  },
  UPLINK_OUT: {
    text: 'what {sender} sends is forwarded {how}: the uplink {what} of {dpu} is in no bridge of Open vSwitch',
    cause: 'What leaves by it goes through the network of the kernel, which hands nothing to the hardware.',
    remedy: 'On {dpu}: ovs-vsctl add-port <bridge> {what}',
  },
  FLOW: {
    text: "what {sender} sends is forwarded {how}: its flow on {dpu} can't be offloaded: {what}",
    cause:
      'Open vSwitch hands to TC only flows whose matches and actions it can express there, and drivers take only some of those.',
    remedy: 'On {dpu}, look at the flows: ovs-appctl dpctl/dump-flows -m --names; they come in by {port}',
  },
  REFUSED: {
    text: 'what {sender} sends is forwarded {how}: ovs-vswitchd on {dpu} wrote meanwhile that flows were refused',
    cause: 'The kernel, the driver or the firmware lacks something that the flow needs.',
    remedy:
      'On {dpu}, look what they say: grep -i offload /var/log/openvswitch/ovs-vswitchd.log; dmesg | grep -i mlx5',
  },
  ONE_DIRECTION: {
    text: 'what {sender} sends is forwarded {how}, while the other direction, from {what}, is in the hardware',
    cause: 'Something that concerns only the flows of this direction, or only this DPU, keeps them out.',
    remedy: 'Compare the flows of both directions: ovs-appctl dpctl/dump-flows -m --names; here on {dpu}',
  },
  NO_REASON: {
    text: 'what {sender} sends is forwarded {how}, and nothing that was looked at on {dpu} tells why',
    cause: 'The driver, the firmware or the version of Open vSwitch may lack something that the flow needs.',
    remedy:
      'On {dpu}, look what the driver says while the stream runs: tc -s filter show dev {port} ingress; dmesg | grep -i mlx5; ovs-appctl vlog/set netdev_offload_tc:dbg',
  },
} as const satisfies Record<string, Message>;
