import { isDpuSimulator, nameEachOther, vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { LISTING, row } from './common.ts';

export const otherInterfaces = definePairCheck({
  id: 'veth/other-interfaces',
  title: 'the simulated DPU host has no interface besides its VFs',
  description:
    "Another one leads past its DPU. What OVN-Kubernetes makes of a VF, the pair pf and pfrep of newer set-ups and the kernel's tunnel devices are not counted; eth0 is judged by veth/host-isolation.",
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K6', 'K27', 'K30'],
  after: ['veth/leftovers'],
  requires: { host: ['links'], dpu: ['links'] },
  simulations: ['veth'],
  messages: {
    LEADS_PAST: {
      text: 'the host has a further interface, {name}, which leads past its DPU',
      cause:
        'host nodes are completely isolated and can only communicate through veth pairs: each has exactly 16 interfaces.',
      remedy:
        'If it belongs to a container network, take the host off that: docker network disconnect <network> <container of the host>. Else delete it: ip link delete {name}',
      source: 'seed K L97, L222',
    },
  },
  docs: ['seed K L94-97', 'seed K L204-222'],
  judge({ host, dpu, subject, report }) {
    const vfs = vethPorts(host.links, 'host').filter(({ index }) => index !== undefined);
    if (vfs.length === 0) return notApplicable('the host has no simulated VFs');
    if (isDpuSimulator(vfs))
      return notApplicable('dpu-simulator leaves its hosts on the network of their cluster');
    const representors = vethPorts(dpu.links, 'dpu').map(({ link }) => link);
    const others = host.links
      .filter(leadsPast)
      // A VF by another name is told by veth/host-interfaces.
      .filter((link) => !representors.some((representor) => nameEachOther(link, representor)));
    const said = evidence(`${subject.host.name}: ${LISTING}`, row(host.links.map(({ name }) => name)));
    const findings = others.map((link) =>
      report('LEADS_PAST', {
        subject: link.name,
        args: { name: link.name },
        observed: `${link.name}, ${link.kind ?? 'no virtual device'}`,
        expected: 'lo and VFs',
        evidence: [said],
      }),
    );
    return verdictOf(findings, [said]);
  },
});

/** Tunnel devices such as tunl0 are in every namespace once their module is loaded; a bridge leads nowhere by itself. */
const leadsPast = ({ name, kind, linkNetnsid, flags }: Link): boolean =>
  !/^(?:eth\d+-\d+|ovn-k8s-mp\d+|pf|eth0)$/.test(name) &&
  !flags.includes('LOOPBACK') &&
  (kind === undefined ||
    kind === 'macvlan' ||
    kind === 'ipvlan' ||
    (kind === 'veth' && linkNetnsid !== undefined));
