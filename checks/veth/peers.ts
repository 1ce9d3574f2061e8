import { commonNetnsid, nameEachOther, pairsByName, type VethPair } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { describePeer, peerEvidence } from './common.ts';

export const peers = definePairCheck({
  id: 'veth/peers',
  title: 'every simulated VF and its representor name each other as peers',
  description:
    'By interface index both ways, and all through one and the same namespace. veth/peer-namespaces adds the proof that it is the right namespace.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K5', 'K7', 'K8', 'K29'],
  after: ['veth/leftovers'],
  requires: { host: ['links'], dpu: ['links'] },
  simulations: ['veth'],
  messages: {
    OTHER_PEER: {
      text: '{vf} and {representor} are not the two ends of one veth pair: {actual}',
      cause: 'Pair P connects eth0-N of the host with repP-N (rep0-N with dpu-simulator) of its DPU.',
      remedy:
        'Delete both and connect them anew: on the host ip link delete {vf}; on the DPU ip link delete {representor}, then ip link add {representor} type veth peer name {vf} and ip link set {vf} netns <PID of the host container>',
      source: 'seed K L36-41',
    },
    OTHER_NAMESPACE: {
      text: '{device} leads to another namespace than its siblings, though the interface index fits',
      cause:
        'Interface indexes count in each namespace for itself, so that wrong pairs can have the right index.',
      remedy:
        'Delete the pair and connect it anew: ip link delete {device}, then as in step 4 of the set-up: ip link add {representor} type veth peer name {vf}',
      source: 'seed K L36-41',
    },
  },
  docs: ['seed K L36-41', 'seed K L198-227', 'ip-link(8)'],
  judge({ host, dpu, subject, report }) {
    const pairs = pairsByName(host.links, dpu.links);
    if (pairs.length === 0) return notApplicable('no VF and representor belong together by their names');
    const said = (pair: VethPair) => [
      peerEvidence(subject.host.name, pair.host.link),
      peerEvidence(subject.dpu.name, pair.dpu.link),
    ];
    const matched = pairs.filter((pair) => nameEachOther(pair.host.link, pair.dpu.link));
    const namespaces = {
      host: commonNetnsid(matched.map((pair) => pair.host.link)),
      dpu: commonNetnsid(matched.map((pair) => pair.dpu.link)),
    };
    const findings = pairs.flatMap((pair) => {
      const [vf, representor] = [pair.host.link, pair.dpu.link];
      const names = { vf: vf.name, representor: representor.name };
      const about = { subject: `${vf.name} ↔ ${representor.name}`, evidence: said(pair) };
      if (!matched.includes(pair)) {
        const actual = actualPeer(vf, dpu.links);
        const expected = `${vf.name} and ${representor.name} with each other's ifindex`;
        return [report('OTHER_PEER', { ...about, args: { ...names, actual }, observed: actual, expected })];
      }
      const device = [
        ...(vf.linkNetnsid === namespaces.host ? [] : [vf]),
        ...(representor.linkNetnsid === namespaces.dpu ? [] : [representor]),
      ][0];
      if (device === undefined) return [];
      const expected = `namespace ${device === vf ? namespaces.host : namespaces.dpu}, as the others`;
      const observed = describePeer(device);
      return [
        report('OTHER_NAMESPACE', { ...about, args: { ...names, device: device.name }, observed, expected }),
      ];
    });
    const counted = evidence('pairs by name', `${matched.length} of ${pairs.length} name each other`);
    return verdictOf(findings, [counted, ...pairs.flatMap(said)]);
  },
});

/** What the VF is connected to instead. */
function actualPeer(vf: Link, dpu: readonly Link[]): string {
  const other = dpu.find((link) => nameEachOther(vf, link));
  return other === undefined ? describePeer(vf) : `the other end of ${vf.name} is ${other.name}`;
}
