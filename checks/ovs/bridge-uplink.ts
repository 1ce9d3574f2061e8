import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { bridgesOf, NO_OVS } from './common.ts';

export const bridgeUplink = defineCheck({
  id: 'ovs/bridge-uplink',
  title: 'the out-of-band port is a bridge port with bridge-uplink metadata',
  description:
    'Without it the control plane node of a DPF cluster loses its network once OVN-Kubernetes starts.',
  severity: 'error',
  scope: 'node',
  roles: ['control-plane'],
  tags: ['ovs', 'dpf'],
  covers: ['D5'],
  after: ['ovs/installed', 'ovs/daemons'],
  requires: ['dpf', 'ovs'],
  messages: {
    NO_UPLINK: {
      text: 'no bridge has "bridge-uplink" OVS metadata',
      cause:
        'out-of-band management port should be configured as OVS bridge port with "bridge-uplink" OVS metadata',
      remedy:
        'ovs-vsctl br-set-external-id <bridge> bridge-id <bridge> -- br-set-external-id <bridge> bridge-uplink <out-of-band port>',
      source: 'seed D L75',
    },
    NOT_ATTACHED: {
      text: 'bridge {bridge} names {uplink} as its uplink, which is not a port of it',
      cause:
        'out-of-band management port should be configured as OVS bridge port with "bridge-uplink" OVS metadata',
      remedy: 'ovs-vsctl add-port {bridge} {uplink}',
      source: 'seed D L75',
    },
  },
  docs: ['seed D L75'],
  judge({ facts: { dpf, ovs }, report }) {
    if (dpf.length === 0) return notApplicable('no pod of the DPF operator has run on this node');
    if (!ovs.present) return notApplicable(NO_OVS);
    const withUplink = ovs.bridges.filter(({ externalIds }) => externalIds.has('bridge-uplink'));
    if (withUplink.length === 0) {
      const about = {
        observed: 'on no bridge',
        expected: 'bridge-uplink=<out-of-band port>',
        evidence: [bridgesOf(ovs)],
      };
      return verdictOf(
        [report('NO_UPLINK', { subject: 'bridge-uplink', args: {}, ...about })],
        [bridgesOf(ovs)],
      );
    }
    const said = withUplink.map(({ name, externalIds }) =>
      evidence(`ovs-vsctl br-get-external-id ${name} bridge-uplink`, externalIds.get('bridge-uplink') ?? ''),
    );
    const findings = withUplink.flatMap(({ name, externalIds, ports }) => {
      const uplink = externalIds.get('bridge-uplink') ?? '';
      if (ports.some((port) => port.name === uplink)) return [];
      const observed = ports.map((port) => port.name).join(' ') || 'no port';
      const about = { subject: name, observed, expected: uplink, evidence: said };
      return [report('NOT_ATTACHED', { ...about, args: { bridge: name, uplink } })];
    });
    return verdictOf(findings, said);
  },
});
