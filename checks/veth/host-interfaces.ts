import {
  commonNetnsid,
  commonPf,
  misnamedPairs,
  nameEachOther,
  numbersBelow,
  pairsByName,
  type VethPort,
  vethPorts,
} from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { definePairCheck, type Finding, notApplicable, verdictOf } from '../define.ts';
import { LISTING, peerEvidence, row } from './common.ts';

/** What is told of both ends of a pair is one failure, that of veth/representors. */
const SAME_PAIR: Readonly<Record<string, readonly string[]>> = {
  GONE: ['MISSING', 'RENAMED', 'ONE_OF'],
  EXTRA: ['EXTRA'],
};

const numberOf = ({ subject }: Finding): string | undefined => /\d+$/.exec(subject)?.[0];

export const hostInterfaces = definePairCheck({
  id: 'veth/host-interfaces',
  title: 'the simulated DPU host has exactly its VFs',
  description:
    "The VFs that pods or the management port have taken count as the host's: the representor's other end tells where they are. A pair that is missing or one too many on both sides is told by veth/representors.",
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K6', 'K18', 'K27', 'K33'],
  after: ['veth/leftovers'],
  requires: { host: ['links'], dpu: ['links'] },
  expects: ['veth-pairs'],
  explainedByDpu: {
    check: 'veth/representors',
    explains: (own, other) =>
      SAME_PAIR[own.code]?.includes(other.code) === true && numberOf(own) === numberOf(other),
  },
  simulations: ['veth'],
  messages: {
    MISSING: {
      text: 'the VF {name} is missing on the host',
      cause: 'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends)',
      remedy: 'Look where the other end of its representor is, on the DPU: ip -d link show {representor}',
      source: 'seed K L222',
    },
    GONE: {
      text: 'the VF {name} is missing on the host, and so is its representor on the DPU',
      cause: 'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends)',
      remedy:
        'Create the pair again as in step 4 of the set-up. If fewer pairs are wanted: --set veth-pairs=<count>',
      source: 'seed K L222',
    },
    RENAMED: {
      text: 'the VF {name} is called {other} on the host',
      cause:
        'OVN-Kubernetes takes the numbers of PF and VF from the name: from this one it gets none, or not those of the representor.',
      remedy: 'ip link set {other} down; ip link set {other} name {name}',
      source: 'OVN-Kubernetes go-controller/pkg/util/dpu_provider.go',
    },
    EXTRA: {
      text: 'the VF {name} is one too many on the host',
      cause: 'Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends)',
      remedy: 'Delete it: ip link delete {name}. If more pairs are wanted: --set veth-pairs=<count>',
      source: 'seed K L222',
    },
  },
  docs: ['seed K L204-227'],
  judge({ host, dpu, expected, subject, report }) {
    const vfs = vethPorts(host.links, 'host');
    const representors = vethPorts(dpu.links, 'dpu');
    if (vfs.length + representors.length === 0) return notApplicable('neither side has simulated VFs');
    const { value: count, from } = expected['veth-pairs'];
    const said = evidence(
      `${subject.host.name}: ${LISTING}`,
      row(
        vfs.map(({ link }) => link.name),
        'no eth0-<N>',
      ),
    );
    const about = { expected: `${count} VFs (${from})`, evidence: [said] };
    const byKey = new Map(representors.map((port) => [port.key, port]));
    const pf = commonPf(vfs) ?? 0;
    const lost = numbersBelow(count).flatMap((index) => {
      const representor = byKey.get(String(index));
      if (vfs.some((vf) => vf.index === index && vf.pf === pf) || representor === undefined) return [];
      return isElsewhere(representor, host.links, dpu.links)
        ? []
        : [{ name: `eth${pf}-${index}`, representor: representor.link }];
    });
    const lookup = lost.map((one) => ({
      ...one,
      other: host.links.find((link) => nameEachOther(link, one.representor))?.name,
    }));
    const absent = numbersBelow(count).filter(
      (index) => !byKey.has(String(index)) && !vfs.some((vf) => vf.index === index),
    );
    // Management ports have taken the place of as many, and don't tell which.
    const managementPorts = vfs.filter(({ index }) => index === undefined);
    const goneOnBoth = absent.length > managementPorts.length ? absent : [];
    const [ends, ...furtherEnds] = misnamedPairs(host.links, dpu.links);
    // Where it is one of several, nobody can tell which it is.
    const isTold = ends !== undefined && goneOnBoth.length === 1 && furtherEnds.length === 0;
    if (isTold)
      lookup.push({
        name: `eth${pf}-${goneOnBoth[0]}`,
        representor: ends.representor,
        other: ends.vf.name,
      });
    const renamed = new Set(lookup.map(({ other }) => other));
    const tooMany = vfs.filter(
      ({ index, link, pf: own }) =>
        index !== undefined && !renamed.has(link.name) && (own !== pf || index >= count),
    );
    const findings = [
      ...lookup.map(({ name, representor, other }) => {
        const shown = [said, peerEvidence(subject.dpu.name, representor)];
        return other === undefined
          ? report('MISSING', {
              ...about,
              subject: name,
              args: { name, representor: representor.name },
              observed: 'not there',
              evidence: shown,
            })
          : report('RENAMED', {
              ...about,
              subject: name,
              args: { name, other },
              observed: other,
              evidence: shown,
            });
      }),
      ...(isTold ? [] : goneOnBoth).map((index) => {
        const name = `eth${pf}-${index}`;
        return report('GONE', { ...about, subject: name, args: { name }, observed: 'not there' });
      }),
      ...tooMany.map(({ link: { name } }) =>
        report('EXTRA', { ...about, subject: name, args: { name }, observed: 'there' }),
      ),
    ];
    return verdictOf(findings, [said]);
  },
});

/** The VF is in a pod's namespace, or is the management port under its new name. */
function isElsewhere(representor: VethPort, host: readonly Link[], dpu: readonly Link[]): boolean {
  const other = host.find((link) => nameEachOther(link, representor.link));
  if (other !== undefined) return other.name.startsWith('ovn-k8s-mp');
  const matched = pairsByName(host, dpu).filter((pair) => nameEachOther(pair.host.link, pair.dpu.link));
  const hostNamespace = commonNetnsid(matched.map((pair) => pair.dpu.link));
  const { linkNetnsid } = representor.link;
  return hostNamespace !== undefined && linkNetnsid !== undefined && linkNetnsid !== hostNamespace;
}
