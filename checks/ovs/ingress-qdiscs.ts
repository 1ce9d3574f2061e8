import { attached } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const ingressQdiscs = defineCheck({
  id: 'ovs/ingress-qdiscs',
  title: 'every port of the eswitch has the ingress qdisc that offload needs',
  description:
    'Open vSwitch hands a flow to the hardware as a filter of TC, on the ingress qdisc of the port that it comes in on. It adds the qdisc with the port, and not again.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'offload'],
  covers: ['A30'],
  after: ['ovs/hw-offload-in-force', 'ovs/port-errors', 'sriov/hw-tc-offload'],
  requires: ['links', 'netdevs', 'ovs', 'qdiscs'],
  hardware: true,
  messages: {
    MISSING: {
      text: '{netdev} has no ingress qdisc: flows from it stay in software',
      cause:
        'Somebody or something deleted it since Open vSwitch added it, such as a service that sets queueing disciplines; or it could not be added.',
      remedy:
        'Have it added anew: systemctl restart openvswitch-switch.service; look whether it could not be: grep "ingress qdisc" /var/log/openvswitch/ovs-vswitchd.log',
      source: 'Open vSwitch, lib/netdev-offload-tc.c',
    },
  },
  docs: ['seed A L112-117', 'tc(8)'],
  judge({ facts: { links, netdevs, ovs, qdiscs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    if (qdiscs.unavailable !== undefined) return notApplicable(qdiscs.unavailable.message);
    // A veth that stands in for a port has rtnetlink's kind; hardware has none.
    const isHardware = (name: string): boolean =>
      netdevs.get(name)?.physSwitchId !== undefined &&
      links.some((link) => link.name === name && link.kind === undefined && link.master !== undefined);
    const ports = attached(ovs).filter(
      ({ name, type, bridge }) =>
        bridge.datapathType === 'system' && (type === '' || type === 'system') && isHardware(name),
    );
    if (ports.length === 0)
      return notApplicable("no port of the eswitch is in a bridge of the kernel's datapath");
    const saidOf = (name: string) => evidence('tc qdisc show', qdiscs.ingress.get(name) ?? `none of ${name}`);
    const findings = ports
      .filter(({ name }) => !qdiscs.ingress.has(name))
      .map(({ name }) =>
        report('MISSING', {
          subject: name,
          args: { netdev: name },
          observed: 'no ingress qdisc',
          expected: 'qdisc ingress or clsact',
          evidence: [saidOf(name)],
        }),
      );
    return verdictOf(
      findings,
      ports.map(({ name }) => saidOf(name)),
    );
  },
});
