import { attached } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS, ofInterface } from './common.ts';

export const portErrors = defineCheck({
  id: 'ovs/port-errors',
  title: 'every port of Open vSwitch has its device',
  description: 'A port with an error forwards nothing: the pod, uplink or tunnel behind it is cut off.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'representors'],
  covers: ['A64'],
  // Without a datapath, or in legacy mode, many ports have errors for one reason.
  after: ['ovs/daemons', 'ovs/bridge-datapaths', 'sriov/eswitch-mode'],
  requires: ['ovs'],
  messages: {
    NO_SUCH_DEVICE: {
      text: 'could not open network device {interface} (No such device)',
      cause:
        'The port is stale: its network device is gone, as after a change of the number of VFs or a reboot of the DPU.',
      remedy:
        'ovs-vsctl --if-exists del-port {bridge} {interface}, and delete the pod that it was for, so that the CNI makes it anew',
      source: 'Open vSwitch, lib/netdev.c and vswitchd/bridge.c',
    },
    TAKEN: {
      text: '{error}',
      cause:
        'Something else has the device: a bridge of Linux, a bond, or another datapath; of a tunnel, another device has its UDP port.',
      remedy:
        'See what has it, and take it away there: ip -d link show {interface}; ip -d link show type geneve; ovs-vsctl list Interface {interface}',
      source: 'Open vSwitch, ofproto/ofproto.c',
    },
    NO_TUNNELS: {
      text: '{error}',
      cause: 'The kernel has no module for tunnels of this type, or it could not be loaded.',
      remedy: 'Load it, and look why it was not: sudo modprobe {type}; dmesg | tail; uname -r',
      source: 'Open vSwitch, ofproto/ofproto.c',
    },
    RENAMED: {
      text: '{error}',
      cause: 'The datapath has the device already under another name: it was renamed while it was a port.',
      remedy:
        'Compare the names with those of the datapath, and give the device its name back: ovs-appctl dpctl/show; grep . /sys/class/net/*/phys_port_name',
      source: 'Open vSwitch, ofproto/ofproto.c',
    },
    OTHER: {
      text: '{error}',
      cause: 'ovs-vswitchd could not set up the port; this is what it says.',
      remedy:
        'Look at the port and the log: ovs-vsctl list Interface {interface}; tail -n 50 /var/log/openvswitch/ovs-vswitchd.log',
    },
  },
  docs: ['seed A L401', 'https://github.com/kubeovn/kube-ovn/issues/5662'],
  judge({ facts: { ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    // Patch ports have a check of their own, which knows both ends.
    const interfaces = attached(ovs).filter(({ type }) => type !== 'patch');
    if (interfaces.length === 0) return notApplicable('no bridge has a port');
    const findings = interfaces.flatMap((netdev) => {
      const { name, error, bridge, ofport } = netdev;
      if (error === undefined) return [];
      const said = `error: "${error}", ofport ${ofport ?? '[]'}`;
      const about = {
        subject: name,
        observed: said,
        expected: 'no error',
        evidence: [ofInterface(netdev, 'error')],
      };
      if (error === `could not open network device ${name} (No such device)`)
        return [report('NO_SUCH_DEVICE', { ...about, args: { interface: name, bridge: bridge.name } })];
      if (error.endsWith('(Address family not supported by protocol)'))
        return [report('NO_TUNNELS', { ...about, args: { error, type: netdev.type || '<type>' } })];
      const code = error.endsWith('(Device or resource busy)')
        ? 'TAKEN'
        : error.endsWith('(File exists)')
          ? 'RENAMED'
          : 'OTHER';
      return [report(code, { ...about, args: { error, interface: name } })];
    });
    const good = interfaces.filter(({ error }) => error === undefined).length;
    return verdictOf(findings, [
      evidence(
        'ovs-vsctl --columns=name,error list Interface',
        `${good} of ${interfaces.length} without error`,
      ),
    ]);
  },
});
