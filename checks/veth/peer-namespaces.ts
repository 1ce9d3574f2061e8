import { fittingPairs, pairsByName, vethPorts } from '../../facts/derived/veth.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import type { VethPeer } from '../../facts/veth-peers.ts';
import { definePairCheck, notApplicable, undetermined, verdictOf } from '../define.ts';

export const peerNamespaces = definePairCheck({
  id: 'veth/peer-namespaces',
  title: "every simulated VF's other end is the representor on its own DPU, and the other way round",
  description:
    'Two hosts whose interfaces were made in the same order have the same indexes, so that crossed pairs look right. The kernel tells the name and MAC address of the other end; they must be those of the device on the other node.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K5', 'K7', 'K8', 'K29'],
  after: ['veth/leftovers'],
  requires: { host: ['links', 'vethPeers'], dpu: ['links', 'vethPeers'] },
  simulations: ['veth'],
  messages: {
    OTHER_NODE: {
      text: '{device} is connected to another node: its other end is {peer}',
      cause: 'Pair P connects eth0-N of the host with repP-N (rep0-N with dpu-simulator) of its own DPU.',
      remedy:
        'If only some pairs are crossed, delete them on both nodes (ip link delete {device}) and connect them anew as in step 4 of the set-up. If all are, the inventory pairs the wrong nodes: correct its key dpu.',
      source: 'seed K L36-41',
    },
  },
  docs: ['seed K L36-41', 'rtnetlink(7)'],
  judge({ host, dpu, subject, report }) {
    const named = pairsByName(host.links, dpu.links);
    // The others are told by veth/peers.
    const pairs = fittingPairs(named);
    if (pairs.length === 0)
      return notApplicable('no VF and representor belong together by name and interface index');
    const ends = pairs.flatMap((pair) => [
      {
        node: subject.host.name,
        own: pair.host.link,
        other: pair.dpu.link,
        peer: host.vethPeers.get(pair.host.link.name),
      },
      {
        node: subject.dpu.name,
        own: pair.dpu.link,
        other: pair.host.link,
        peer: dpu.vethPeers.get(pair.dpu.link.name),
      },
    ]);
    const said = (node: string, own: Link, peer: VethPeer | undefined): Evidence =>
      evidence(`${node}: RTM_GETLINK of the other end of ${own.name}`, describe(peer));
    const unknown = ends.find(({ peer }) => peer?.kind !== 'found');
    const wrong = ends.flatMap(({ node, own, other, peer }) =>
      peer?.kind !== 'found' || isDevice(peer, other)
        ? []
        : [
            report('OTHER_NODE', {
              subject: own.name,
              args: { device: own.name, peer: describe(peer) },
              observed: describe(peer),
              expected: describe({ kind: 'found', name: other.name, index: other.index, mac: other.mac }),
              evidence: [said(node, own, peer)],
            }),
          ],
    );
    const paired = new Set(named.map((pair) => pair.dpu.key));
    const foreign = vethPorts(dpu.links, 'dpu').flatMap(({ key, link }) => {
      const peer = dpu.vethPeers.get(link.name);
      // In a pod the VF is called eth0; a VF that still has its own name is on a host. A wrong name is told elsewhere.
      if (paired.has(key) || peer?.kind !== 'found' || !/^eth\d+-\d+$/.test(peer.name)) return [];
      if (host.links.some((device) => isDevice(peer, device))) return [];
      const about = {
        subject: link.name,
        observed: describe(peer),
        evidence: [said(subject.dpu.name, link, peer)],
      };
      const expected = `a VF of ${subject.host.name}`;
      return [
        report('OTHER_NODE', { ...about, args: { device: link.name, peer: describe(peer) }, expected }),
      ];
    });
    const evidences = ends.map(({ node, own, peer }) => said(node, own, peer));
    if (wrong.length + foreign.length === 0 && unknown !== undefined)
      return undetermined(`the other end of ${unknown.own.name}: ${describe(unknown.peer)}`, REMEDY, [
        said(unknown.node, unknown.own, unknown.peer),
      ]);
    return verdictOf([...wrong, ...foreign], evidences);
  },
});

const REMEDY =
  'Look into the other namespace as root; a login without CAP_NET_ADMIN is refused, and Linux before 4.15 does not tell.';

const isDevice = (peer: VethPeer & { kind: 'found' }, link: Link): boolean =>
  peer.name === link.name && peer.index === link.index && peer.mac === link.mac;

function describe(peer: VethPeer | undefined): string {
  if (peer === undefined) return 'not told';
  if (peer.kind === 'refused') return `refused with errno ${peer.errno}`;
  return `${peer.name} with ifindex ${peer.index} and MAC ${peer.mac}`;
}
