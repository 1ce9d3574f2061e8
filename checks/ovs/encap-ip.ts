import { globalAddresses, holderOf, isLoopback } from '../../facts/derived/addresses.ts';
import { encapIps } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, withoutOvn } from './common.ts';

/** The ports of BlueField that do not lead through its eswitch, as udev calls them. */
const OUT_OF_BAND = /^(oob_net|tmfifo_net)\d+$/;

export const encapIp = defineCheck({
  id: 'ovs/encap-ip',
  title: 'the encapsulation address is an address of this node',
  description: 'The other nodes send their tunnels to it.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'external-ids', 'tunnels'],
  covers: ['A64d'],
  after: ['ovs/daemons', 'ovs/external-bridge-address'],
  requires: ['links', 'ovs', 'processes'],
  messages: {
    NOT_SET: {
      text: 'ovn encap IP must be provided if "ovnkube-node-mode" set to "dpu". Exiting...',
      cause:
        'external_ids:ovn-encap-ip is not set, and OVN-Kubernetes on a DPU does not choose an address itself.',
      remedy: 'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=<address of the DPU>',
      source: 'OVN-Kubernetes, dist/images/ovnkube.sh',
    },
    NOT_SET_ON_NODE: {
      text: 'external_ids:ovn-encap-ip is not set',
      cause: 'ovnkube-node writes it when it starts.',
      remedy: 'Restart ovnkube-node and look: ovs-vsctl get Open_vSwitch . external_ids:ovn-encap-ip',
    },
    NOT_OURS: {
      text: 'encapsulation address {address} is on no network device of this node',
      cause: 'The address of the node was changed, or the setting comes from another node.',
      remedy:
        'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=<address of this node>; ip -br addr lists them',
    },
    LOOPBACK: {
      text: 'encapsulation address {address} is of the loopback',
      cause: 'The other nodes send their tunnels to it, and each reaches itself by it.',
      remedy:
        'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=<address of this node>; ip -br addr lists them',
    },
    OUT_OF_BAND: {
      text: 'encapsulation address {address} is on {netdev}, past the eswitch',
      cause: "The tunnels of this node use the DPU's own management port: nothing of them can be offloaded.",
      remedy:
        'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=<address of the bridge to the outside>; ip -br addr lists them',
      level: 'warn',
    },
  },
  docs: ['seed A L431', 'ovn-controller(8)'],
  judge({ facts: { links, ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const said = externalId(ovs, 'ovn-encap-ip');
    const ips = encapIps(ovs);
    if (ips.length === 0) {
      const about = {
        subject: 'ovn-encap-ip',
        args: {},
        observed: said.said,
        expected: 'an address of this node',
        evidence: [said],
      };
      return verdictOf([report(subject.role === 'dpu' ? 'NOT_SET' : 'NOT_SET_ON_NODE', about)], [said]);
    }
    const holders = ips.map((address) => ({ address, link: holderOf(links, address) }));
    const all = links.flatMap((link) => globalAddresses(link).map(({ address }) => address)).join(' ');
    const findings = holders
      .filter(({ address, link }) => link === undefined || isLoopback(address))
      .map(({ address }) =>
        report(isLoopback(address) ? 'LOOPBACK' : 'NOT_OURS', {
          subject: address,
          args: { address },
          observed: address,
          expected: `one of ${all}`,
          evidence: [said, evidence('ip addr show', all)],
        }),
      );
    const past = holders.flatMap(({ address, link }) => {
      if (link === undefined || !OUT_OF_BAND.test(link.name)) return [];
      const shown = evidence(`ip addr show dev ${link.name}`, address);
      const about = { subject: address, observed: `on ${link.name}`, expected: 'on a bridge with an uplink' };
      return [
        report('OUT_OF_BAND', { ...about, args: { address, netdev: link.name }, evidence: [said, shown] }),
      ];
    });
    return verdictOf(
      [...findings, ...past],
      [
        said,
        ...holders.map(({ address, link }) =>
          evidence('ip addr show', `${address} is on ${link?.name ?? 'none'}`),
        ),
      ],
    );
  },
});
