import { runsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import {
  commonNetnsid,
  commonPf,
  isDpuSimulator,
  numbersBelow,
  type VethPort,
  vethPorts,
} from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defineCheck, verdictOf } from '../define.ts';
import { describePeer, isFurther, LISTING, leadsPast, row } from './common.ts';

export const representors = defineCheck({
  id: 'veth/representors',
  title: 'the simulated DPU has exactly the representors of its host',
  description:
    'OVN-Kubernetes finds the representor of a pod by the number at the end of its name. What Open vSwitch and OVN add is not counted.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['veth'],
  covers: ['K4', 'K18', 'K28', 'K33'],
  after: ['veth/leftovers'],
  requires: ['links', 'processes'],
  expects: ['veth-pairs'],
  simulations: ['veth'],
  messages: {
    MISSING: {
      text: 'the representor {name} is missing',
      cause:
        'Hosts have exactly 16 interfaces, DPUs have 17 interfaces. A veth end goes only together with its other end, or to another namespace.',
      remedy:
        'Create the pair again: ip link add {name} type veth peer name {vf}; then move {vf} to the host: ip link set {vf} netns <PID of the host container>',
      source: 'seed K L218',
    },
    RENAMED: {
      text: 'the representor {name} is missing, and {other} leads to the same namespace as the others',
      cause: 'OVN-Kubernetes finds a representor by the numbers of PF and VF in its name.',
      remedy: 'ip link set {other} down; ip link set {other} name {name}',
      source: 'OVN-Kubernetes go-controller/pkg/util/dpu_provider.go',
    },
    ONE_OF: {
      text: 'the representor {name} is missing, unless it is one of those that lead where the others do: {others}',
      cause: 'OVN-Kubernetes finds a representor by the numbers of PF and VF in its name.',
      remedy:
        'The host tells the interface index of the other end of {vf}: ip -o link show {vf} prints {vf}@if<index>. On the DPU, ip -o link | grep ^<index>: prints its name. Then: ip link set <that name> down; ip link set <that name> name {name}. If the host has no {vf}, create the pair again: ip link add {name} type veth peer name {vf}; ip link set {vf} netns <PID of the host container>',
      source: 'OVN-Kubernetes go-controller/pkg/util/dpu_provider.go',
    },
    EXTRA: {
      text: 'the representor {name} is one too many',
      cause: 'Hosts have exactly 16 interfaces, DPUs have 17 interfaces: eth0 and the representors.',
      remedy: 'Delete it: ip link delete {name}. If more pairs are wanted: --set veth-pairs=<count>',
      source: 'seed K L218',
    },
    FURTHER: {
      text: 'the DPU has a further interface, {name}, which leads to neither its host nor the network of kind by eth0',
      cause: 'Hosts have exactly 16 interfaces, DPUs have 17 interfaces: eth0 and the representors.',
      remedy:
        'If it belongs to a further container network that nobody needs: docker network disconnect <network> <container of the DPU>. Else, if nobody needs it: ip link delete {name}',
      source: 'seed K L218',
      level: 'warn',
    },
    SEVERAL_PFS: {
      text: 'multiple PF IDs detected: {pfs} (DPU should serve only one PF)',
      cause: 'OVN-Kubernetes takes the first number of a name for the PF, and a DPU serves one.',
      remedy:
        'Rename it as the others are: ip link set {name} down; ip link set {name} name {wanted}. If {wanted} is there, {name} is left over from another set-up: ip link delete {name}',
      source: 'OVN-Kubernetes go-controller/pkg/util/dpu_provider.go',
    },
  },
  docs: ['seed K L204-227'],
  judge({ facts: { links, processes }, expected, report }) {
    const ports = vethPorts(links, 'dpu');
    const numbered = ports.filter(({ index }) => index !== undefined);
    const said = evidence(
      LISTING,
      row(
        ports.map(({ link }) => link.name),
        'no rep<P>-<N>',
      ),
    );
    const { value: count, from } = expected['veth-pairs'];
    const about = { expected: `${count} representors (${from})`, evidence: [said] };
    const pfs = [...new Set(numbered.map(({ pf }) => pf ?? 0))].sort((a, b) => a - b);
    const pf = commonPf(numbered) ?? 0;
    const several = numbered.find((port) => port.pf !== pf);
    const absent = missing(ports, count);
    const tooMany = numbered.filter(({ index = 0 }) => index >= count);
    const unknown = misnamed(links, numbered, count);
    const renamed = absent.length === 1 && unknown.length === 1 ? unknown[0] : undefined;
    const others = row(unknown.map((link) => link.name));
    const findings = [
      ...absent.map((index) => {
        const name = `rep${pf}-${index}`;
        if (renamed !== undefined) {
          const args = { name, other: renamed.name };
          const observed = renamed.name;
          return report('RENAMED', {
            ...about,
            subject: name,
            args,
            observed,
            evidence: [said, shown(renamed)],
          });
        }
        const lacking = { ...about, subject: name, observed: 'not there' };
        const args = { name, vf: `eth0-${index}`, others };
        return unknown.length === 0
          ? report('MISSING', { ...lacking, args })
          : report('ONE_OF', { ...lacking, args, evidence: [said, ...unknown.map(shown)] });
      }),
      ...tooMany
        .filter(({ link }) => link !== renamed)
        .map(({ link: { name } }) =>
          report('EXTRA', { ...about, subject: name, args: { name }, observed: 'there' }),
        ),
      ...(runsOvnKubernetes(processes) || isDpuSimulator(numbered) ? [] : furtherLinks(links, numbered)).map(
        (link) => {
          const observed = `${link.name}, ${link.kind ?? 'no virtual device'}`;
          const expected = 'eth0 and representors';
          return report('FURTHER', {
            ...about,
            subject: link.name,
            args: { name: link.name },
            observed,
            expected,
          });
        },
      ),
      ...(several === undefined
        ? []
        : [
            report('SEVERAL_PFS', {
              ...about,
              subject: several.link.name,
              args: {
                pfs: pfs.join(' '),
                name: several.link.name,
                wanted: `rep${pf}-${several.index ?? '<N>'}`,
              },
              observed: pfs.join(' '),
              expected: 'one PF number',
            }),
          ]),
    ];
    return verdictOf(findings, [said]);
  },
});

const shown = (link: Link) => evidence(`ip -j -d link show ${link.name}`, describePeer(link));

/** The veth devices that lead to the host's namespace as the others do, by a name that no VF has; pfrep is known by its name. */
function misnamed(links: readonly Link[], numbered: readonly VethPort[], count: number): readonly Link[] {
  const host = commonNetnsid(numbered.map(({ link }) => link));
  const known = new Set(numbered.flatMap(({ index = 0, link }) => (index < count ? link.name : [])));
  return links.filter(
    ({ name, kind, linkNetnsid }) =>
      kind === 'veth' &&
      linkNetnsid !== undefined &&
      linkNetnsid === host &&
      !known.has(name) &&
      !/^(?:pfrep|ovn-k8s-mp\d+)$/.test(name),
  );
}

/** As network plugins name their ends of pods' veth pairs; and bridges, which OVN-Kubernetes calls br and the uplink. */
const OF_NETWORKS = /^(?:veth|cali|lxc|[0-9a-f]{12,}|br)/;

/** What leads out of the node besides eth0 and the representors, before OVN-Kubernetes and its pods add theirs. */
function furtherLinks(links: readonly Link[], numbered: readonly VethPort[]): readonly Link[] {
  const host = commonNetnsid(numbered.map(({ link }) => link));
  const own = new Set(numbered.map(({ link }) => link));
  return links.filter(
    (link) =>
      isFurther(link) &&
      leadsPast(link, links) &&
      !own.has(link) &&
      link.name !== 'pfrep' &&
      !OF_NETWORKS.test(link.name) &&
      (host === undefined || link.linkNetnsid !== host),
  );
}

/** A management port has taken the place of one number that is not there, and does not tell which. */
function missing(ports: readonly VethPort[], count: number): readonly number[] {
  const seen = new Set(ports.map(({ index }) => index));
  const renamed = ports.filter(({ index }) => index === undefined).length;
  const absent = numbersBelow(count).filter((index) => !seen.has(index));
  return absent.length <= renamed ? [] : absent;
}
