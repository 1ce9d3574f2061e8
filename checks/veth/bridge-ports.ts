import { vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const bridgePorts = defineCheck({
  id: 'veth/bridge-ports',
  title: 'no simulated VF or representor is a port of a bridge other than those of Open vSwitch',
  description:
    'A network device has one master. What belongs to a bridge or bond of Linux gives its packets to that, and Open vSwitch is refused it: "Device or resource busy".',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K31'],
  after: ['veth/leftovers'],
  requires: ['links'],
  simulations: ['veth'],
  messages: {
    OTHER_MASTER: {
      text: '{name} belongs to {master}, a device of kind {kind}',
      cause: 'Raw connections ready for OVN-Kubernetes management: nothing else may hold them.',
      remedy: 'ip link set {name} nomaster',
      source: 'seed K L215-217',
    },
  },
  docs: ['seed K L215-217', 'ip-link(8)'],
  judge({ facts: { links }, subject, report }) {
    const ports = vethPorts(links, subject.role === 'dpu' ? 'dpu' : 'host');
    if (ports.length === 0) return notApplicable('the node has no simulated VFs or representors');
    const kindOf = (master: string) => links.find(({ name }) => name === master)?.kind ?? 'unknown';
    const findings = ports.flatMap(({ link: { name, master } }) => {
      if (master === undefined || kindOf(master) === 'openvswitch') return [];
      const kind = kindOf(master);
      return [
        report('OTHER_MASTER', {
          subject: name,
          args: { name, master, kind },
          observed: `master ${master}`,
          expected: 'no master, or ovs-system',
          evidence: [evidence(`ip -j -d link show ${name}`, `master ${master}, of kind ${kind}`)],
        }),
      ];
    });
    const masters = new Set(ports.map(({ link }) => link.master ?? 'no master'));
    return verdictOf(findings, [
      evidence('ip -j -d addr show', `${ports.length} interfaces: ${[...masters].join(', ')}`),
    ]);
  },
});
