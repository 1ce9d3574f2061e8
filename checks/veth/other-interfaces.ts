import {
  isDpuSimulator,
  misnamedPairs,
  nameEachOther,
  numbersBelow,
  vethPorts,
} from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { isFurther, LISTING, leadsPast, row } from './common.ts';

export const otherInterfaces = definePairCheck({
  id: 'veth/other-interfaces',
  title: 'the simulated DPU host has no interface besides its VFs',
  description:
    'Another one leads past its DPU, or at least was not made by the set-up. What OVN-Kubernetes and Open vSwitch make, the pair pf and pfrep of newer set-ups and the devices that the kernel makes with a tunnel module are not counted; eth0 is judged by veth/host-isolation.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K6', 'K27', 'K30'],
  after: ['veth/leftovers'],
  requires: { host: ['links'], dpu: ['links'] },
  expects: ['veth-pairs'],
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
    FURTHER: {
      text: 'the host has a further interface, {name}, a device of kind {kind}',
      cause:
        'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends). This one is joined to nothing outside of the node by itself.',
      remedy: 'If nobody needs it, delete it: ip link delete {name}',
      source: 'seed K L222',
      level: 'warn',
    },
    TO_DPU: {
      text: 'the host has a further interface, {name}, whose other end is {other} on its DPU',
      cause:
        'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends). Neither end of this one has the name of a VF or of a representor.',
      remedy: 'If nobody needs it, delete it, and its other end goes with it: ip link delete {name}',
      source: 'seed K L222',
      level: 'warn',
    },
  },
  docs: ['seed K L94-97', 'seed K L204-222'],
  judge({ host, dpu, expected, subject, report }) {
    const vfs = vethPorts(host.links, 'host').filter(({ index }) => index !== undefined);
    if (vfs.length === 0) return notApplicable('the host has no simulated VFs');
    if (isDpuSimulator(vfs))
      return notApplicable('dpu-simulator leaves its hosts on the network of their cluster');
    const representors = vethPorts(dpu.links, 'dpu').map(({ link }) => link);
    const toDpu = new Map(misnamedPairs(host.links, dpu.links).map((ends) => [ends.vf, ends.representor]));
    const isLacking = numbersBelow(expected['veth-pairs'].value).some(
      (number) => !vfs.some(({ index }) => index === number),
    );
    const others = host.links
      .filter(isFurther)
      // A VF by another name is told by veth/host-interfaces, or by veth/representors first.
      .filter((link) => !representors.some((representor) => nameEachOther(link, representor)))
      .filter((link) => !(isLacking && toDpu.has(link)));
    const said = evidence(`${subject.host.name}: ${LISTING}`, row(host.links.map(({ name }) => name)));
    const findings = others.map((link) => {
      const about = { subject: link.name, expected: 'lo and VFs', evidence: [said] };
      const kind = link.kind ?? 'no virtual device';
      const args = { name: link.name, kind };
      const observed = `${link.name}, ${kind}`;
      const other = toDpu.get(link)?.name;
      if (other !== undefined)
        return report('TO_DPU', { ...about, args: { name: link.name, other }, observed });
      return report(leadsPast(link, host.links) ? 'LEADS_PAST' : 'FURTHER', { ...about, args, observed });
    });
    return verdictOf(findings, [said]);
  },
});
