import { globalAddresses } from '../../facts/derived/addresses.ts';
import { ownerOf } from '../../facts/derived/functions.ts';
import { isRepresentor } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { notDerived, SETTINGS, trace } from './settings.ts';

export const interfaceAddress = defineCheck({
  id: 'gateway/interface-address',
  title: 'the gateway interface that is derived has an IPv4 address',
  description:
    'OVN-Kubernetes in dpu-host mode reads the addresses of its gateway interface when it starts, tells them to the DPU, and ends where there is none. Link-local ones do not count: it sets one itself.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'addresses'],
  covers: ['G41'],
  // An uplink that is not first in the list is told there.
  after: ['gateway/gateway-interface', 'gateway/pf-netdevs'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  hardware: true,
  messages: {
    NO_ADDRESS: {
      text: 'failed to find IPv4 address on interface {netdev}',
      cause:
        'No DHCP server has answered there, nothing has set an address, or the address is on a bridge or bond above it.',
      remedy:
        'Look where the address is, and what is to set it: ip -br addr; networkctl status {netdev}; where a bridge or bond has it, name that one: --gateway-interface=<netdev>',
      source: 'OVN-Kubernetes, go-controller/pkg/node',
    },
    IPV6_ALONE: {
      text: '{netdev} has IPv6 addresses alone: in a cluster that has IPv4, ovnkube fails to find IPv4 address on interface {netdev}',
      cause:
        'A cluster of IPv6 alone needs no more; in others no DHCP server has answered, or nothing has set an address.',
      remedy:
        'See which pod networks the cluster has: its cluster-subnets. If IPv4 is among them: ip -br addr; networkctl status {netdev}',
      source: 'OVN-Kubernetes, go-controller/pkg/node',
      level: 'warn',
    },
  },
  docs: ['seed G L19', 'seed D L83'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    if (!traced.derives) return notApplicable(notDerived(facts.ovnkube), traced.evidence);
    const { vf, pf, netdevs } = traced.derivation;
    const owner = vf?.ok ? ownerOf(vf.value, facts.pci)?.address : undefined;
    if (pf?.ok && owner !== undefined && owner !== pf.value)
      return notApplicable(
        `by its virtfn link the management port is a VF of ${owner}: see sriov/physfn-links`,
        [pf.evidence],
      );
    const [chosen] = netdevs?.ok ? netdevs.value : [];
    const link = facts.links.find(({ name }) => name === chosen);
    if (link === undefined || isRepresentor(facts.netdevs.get(link.name)))
      return notApplicable('the gateway interface was not found', traced.evidence);
    const said = evidence('ip -j -d addr show', describe(link));
    if (usable(link).length > 0) return verdictOf([], [said]);
    // One that is down has often lost its address, or not yet got one.
    if (!link.flags.includes('UP'))
      return notApplicable(`${link.name} is down and has no address: see sriov/pf-up`, [said]);
    const all = netdevs?.ok ? netdevs.value : [];
    const other = facts.links.find((one) => all.includes(one.name) && usable(one).length > 0);
    if (other !== undefined)
      return notApplicable(`gateway/gateway-interface tells of ${chosen}; ${other.name} has the address`, [
        said,
      ]);
    const finding = report(hasIpv6(link) ? 'IPV6_ALONE' : 'NO_ADDRESS', {
      subject: link.name,
      args: { netdev: link.name },
      observed: describe(link),
      expected: 'an IPv4 address that is not link-local',
      evidence: [said],
    });
    return verdictOf([finding], [said]);
  },
});

const usable = ({ addresses }: Link) =>
  addresses.filter(({ address, family }) => family === 'inet' && !address.startsWith('169.254.'));

const hasIpv6 = (link: Link): boolean => globalAddresses(link).some(({ family }) => family === 'inet6');

const describe = ({ addresses, master, name }: Link): string => {
  const all = addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(' ');
  return `${name}: ${all || 'no address'}${master === undefined ? '' : `, master ${master}`}`;
};
