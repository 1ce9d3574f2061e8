import { attached } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import type { FactValues } from '../../facts/index.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const hwOffload = defineCheck({
  id: 'ovs/hw-offload',
  title: 'hardware offload is switched on in Open vSwitch',
  description: "Without it every packet of every pod goes through the DPU's processor cores.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'offload'],
  covers: ['A29'],
  after: ['ovs/daemons', 'ovs/bridge-datapaths'],
  requires: ['links', 'netdevs', 'ovs'],
  hardware: true,
  messages: {
    NOT_SET: {
      text: 'other_config:hw-offload is not set',
      cause: 'It is off unless it is set (ovs-vswitchd.conf.db(5)).',
      remedy:
        'ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; systemctl restart openvswitch-switch.service',
      source: 'seed A L115',
    },
    OFF: {
      text: 'other_config:hw-offload is {value}',
      cause: 'Only true turns it on. Turning it off takes effect at the next restart.',
      remedy:
        'ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; systemctl restart openvswitch-switch.service',
      source: 'seed A L115',
    },
    KEPT_OUT: {
      text: 'other_config:tc-policy is skip_hw',
      cause: 'It keeps every flow out of the hardware: flows go to TC, which forwards them in software.',
      remedy:
        'ovs-vsctl remove Open_vSwitch . other_config tc-policy; systemctl restart openvswitch-switch.service',
      source: 'ovs-vswitchd.conf.db(5)',
    },
    NO_FLOWS: {
      text: 'other_config:flow-limit is {limit}',
      cause:
        'Open vSwitch keeps no flow in its datapath, and so none in the hardware: its processes switch each packet.',
      remedy: 'ovs-vsctl remove Open_vSwitch . other_config flow-limit',
      source: 'ovs-vswitchd.conf.db(5); Open vSwitch, ofproto/ofproto-dpif-upcall.c',
    },
    FEW_FLOWS: {
      text: 'other_config:flow-limit is {limit}',
      cause:
        'Open vSwitch keeps no more flows than that in its datapath, and so in the hardware; by itself it never goes below 1000. Packets of all others are switched one by one by its processes.',
      remedy: 'ovs-vsctl remove Open_vSwitch . other_config flow-limit',
      source: 'ovs-vswitchd.conf.db(5); Open vSwitch, ofproto/ofproto-dpif-upcall.c',
      level: 'warn',
    },
    USER_SPACE: {
      text: 'bridge {bridge} works in user space, and its port {port} is no port of DPDK',
      cause:
        "Open vSwitch's datapath in user space takes packets of such a port through a socket, and offloads none of them.",
      remedy:
        'With the datapath of the kernel: ovs-vsctl set Bridge {bridge} datapath_type=system, on all bridges that patch ports join; else give the port its type: ovs-vsctl set Interface {port} type=dpdk',
      source: 'ovs-vswitchd.conf.db(5)',
    },
  },
  docs: ['seed A L112-117'],
  judge({ facts, report }) {
    const { ovs } = facts;
    if (!ovs.present) return notApplicable(NO_OVS);
    const value = ovs.openVSwitch.otherConfig.get('hw-offload');
    const said = evidence('ovs-vsctl get Open_vSwitch . other_config:hw-offload', value ?? 'no such key');
    // Open vSwitch compares without regard to case.
    if (value?.toLowerCase() === 'true') {
      const [policy, limit] = ['tc-policy', 'flow-limit'].map((key) => ovs.openVSwitch.otherConfig.get(key));
      const set = (key: string, found: string, expected: string) => ({
        subject: key,
        observed: found,
        expected,
        evidence: [evidence(`ovs-vsctl get Open_vSwitch . other_config:${key}`, found)],
      });
      const findings = [
        ...(policy === 'skip_hw'
          ? [report('KEPT_OUT', { ...set('tc-policy', policy, 'none, or not set'), args: {} })]
          : []),
        ...(limit !== undefined && /^\d{1,3}$/.test(limit)
          ? [
              report(Number(limit) === 0 ? 'NO_FLOWS' : 'FEW_FLOWS', {
                ...set('flow-limit', limit, 'not set'),
                args: { limit },
              }),
            ]
          : []),
        ...inUserSpace(facts).map(({ name: port, bridge: { name: bridge } }) =>
          report('USER_SPACE', {
            subject: port,
            args: { bridge, port },
            observed: `datapath_type netdev, and the port has no type`,
            expected: 'datapath_type system, or ports of type dpdk',
            evidence: [evidence(`ovs-vsctl get Bridge ${bridge} datapath_type`, 'netdev')],
          }),
        ),
      ];
      return verdictOf(findings, [said, ...findings.flatMap((finding) => finding.evidence)]);
    }
    const about = { subject: 'hw-offload', observed: said.said, expected: 'true', evidence: [said] };
    return verdictOf(
      [
        value === undefined
          ? report('NOT_SET', { ...about, args: {} })
          : report('OFF', { ...about, args: { value } }),
      ],
      [said],
    );
  },
});

/** Ports of the eswitch that a bridge in user space has as plain network devices. What stands in for one has rtnetlink's kind. */
const inUserSpace = ({ links, netdevs, ovs }: Pick<FactValues, 'links' | 'netdevs' | 'ovs'>) =>
  attached(ovs).filter(
    ({ name, type, bridge }) =>
      bridge.datapathType === 'netdev' &&
      (type === '' || type === 'system') &&
      netdevs.get(name)?.physSwitchId !== undefined &&
      links.some((link) => link.name === name && link.kind === undefined),
  );
