import { holderOf } from '../../facts/derived/addresses.ts';
import { encapIps } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import type { Ovnkube } from '../../facts/ovnkube.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { withoutOvn } from './common.ts';

/** Bytes of the outer IPv4, UDP and Geneve headers with OVN's option, and of the inner Ethernet header. IPv6 takes 20 more. */
const GENEVE_HEADERS = 58;

/** OVN-Kubernetes' own, where nothing gives another one (go-controller/pkg/config). */
const DEFAULT_MTU = 1400;

export const encapMtu = defineCheck({
  id: 'ovs/encap-mtu',
  title: 'the network device of the tunnels takes the packets of pods with their tunnel headers',
  description:
    'A packet of the MTU that pods are given grows by the headers of Geneve. Where it fits no more, ovnkube ends at its start, and long packets between nodes are lost.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'mtu', 'tunnels'],
  covers: ['K41'],
  after: ['ovs/encap-ip'],
  requires: ['links', 'ovnkube', 'ovs', 'processes'],
  messages: {
    TOO_SMALL: {
      text: 'MTU ({mtu}) of network interface {netdev} is too small for specified overlay MTU ({needed})',
      cause:
        "The MTU of pods with the headers of the tunnel is more. A bridge of Open vSwitch takes the smallest MTU of its ports: it may be the uplink's.",
      remedy:
        'Raise it where it is smallest, or lower that of pods: ip link show | grep mtu; ip link set <uplink> mtu {needed}',
      source: 'OVN-Kubernetes, go-controller/pkg/node',
    },
  },
  docs: ['seed K L270-329', 'https://github.com/karmab/kcli/pull/788'],
  judge({ facts: { links, ovnkube, ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const pods = podMtu(ovnkube);
    if (pods === undefined)
      return notApplicable('no ovnkube whose settings can be read runs here: the MTU of pods is not known');
    const holders = encapIps(ovs).flatMap((address) => {
      const link = holderOf(links, address);
      return link === undefined ? [] : [{ address, link }];
    });
    if (holders.length === 0) return notApplicable('no encapsulation address is on a network device here');
    const needed = pods.mtu + GENEVE_HEADERS;
    const saidOf = ({ address, link }: (typeof holders)[number]) =>
      evidence('ip -j -d addr show', `${link.name}: ${address}, mtu ${link.mtu}`);
    const findings = holders
      .filter(({ link }) => link.mtu < needed)
      .map((holder) => {
        const { mtu, name: netdev } = holder.link;
        return report('TOO_SMALL', {
          subject: netdev,
          args: { mtu, netdev, needed },
          observed: `mtu ${mtu}`,
          expected: `at least ${needed}: ${pods.mtu} of pods and ${GENEVE_HEADERS} of headers`,
          evidence: [saidOf(holder), pods.evidence],
        });
      });
    return verdictOf(findings, [...holders.map(saidOf), pods.evidence]);
  },
});

/** Undefined where it is not known, or where nothing is put around packets. */
function podMtu({ configuration, mtu, pid, tunnelled }: Ovnkube) {
  if (!tunnelled) return undefined;
  if (mtu !== undefined) return { mtu: Number(mtu.value), evidence: mtu.evidence };
  if (pid === undefined || configuration?.unreadable !== undefined) return undefined;
  const said = evidence('arguments and configuration file of ovnkube', `no mtu, which means ${DEFAULT_MTU}`);
  return { mtu: DEFAULT_MTU, evidence: said };
}
