import { runsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import { fittingPairs, pairsByName } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';

export const linksUp = definePairCheck({
  id: 'veth/links-up',
  title: 'every simulated VF and its representor are up, as their siblings are',
  description:
    'A veth pair has a carrier only while both ends are up. The set-up of seed K leaves all of them down for OVN-Kubernetes, which sets one up when a pod takes it, and a VF comes back down: only then nothing is said.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth', 'link'],
  covers: ['K29'],
  after: ['veth/leftovers'],
  requires: { host: ['links', 'processes'], dpu: ['links', 'processes'] },
  expects: ['veth-pairs'],
  simulations: ['veth'],
  messages: {
    DOWN: {
      text: '{device} on {node} is down, and most others are up',
      cause: 'It was set down, or was moved to another namespace, which sets it down.',
      remedy: 'On {node}: ip link set {device} up',
    },
    SIDE_DOWN: {
      text: 'all {count} ends of veth pairs on {node} are down, and those on {other} are up',
      cause:
        'The set-up leaves both ends down, and OVN-Kubernetes sets both up: somebody has set up one side, or set down the other.',
      remedy: 'On {node}: for link in {devices}; do ip link set $link up; done',
    },
  },
  docs: ['seed K L215-217', 'ip-link(8)'],
  judge({ host, dpu, expected, subject, report }) {
    // One too many is told by veth/representors and veth/host-interfaces.
    const pairs = fittingPairs(pairsByName(host.links, dpu.links)).filter(
      ({ dpu: { index = 0 } }) => index < expected['veth-pairs'].value,
    );
    if (pairs.length === 0) return notApplicable('no VF and representor belong together');
    const ends = pairs.flatMap((pair) => [
      { node: subject.host.name, link: pair.host.link },
      { node: subject.dpu.name, link: pair.dpu.link },
    ]);
    const down = ends.filter(({ link }) => !link.flags.includes('UP'));
    const counted = evidence(
      'ip -j -d addr show',
      `${ends.length - down.length} of ${ends.length} ends of veth pairs are UP`,
    );
    if (runsOvnKubernetes(host.processes) || runsOvnKubernetes(dpu.processes))
      return notApplicable('OVN-Kubernetes runs, and sets a VF up when a pod takes it', [counted]);
    const side = sideThatIsDown(ends, subject.host.name, subject.dpu.name);
    if (pairs.length > 1 && side !== undefined) {
      const own = ends.filter(({ node }) => node === side);
      const devices = own.map(({ link }) => link.name);
      const other = side === subject.host.name ? subject.dpu.name : subject.host.name;
      const finding = report('SIDE_DOWN', {
        subject: side,
        args: { node: side, other, count: own.length, devices: devices.join(' ') },
        observed: `${own.length} down on ${side}, none on ${other}`,
        expected: 'UP on both',
        evidence: [counted],
      });
      return verdictOf([finding], [counted]);
    }
    if (down.length * 2 >= ends.length)
      return notApplicable('the set-up has not set the VFs up; OVN-Kubernetes will', [counted]);
    const findings = down.map(({ node, link }) =>
      report('DOWN', {
        subject: link.name,
        args: { device: link.name, node },
        observed: flagsOf(link),
        expected: 'UP',
        evidence: [counted, evidence(`${node}: ip -j link show ${link.name}`, flagsOf(link))],
      }),
    );
    return verdictOf(findings, [counted]);
  },
});

type End = { readonly node: string; readonly link: Link };

/** The node on which all ends are down, where on the other all are up. */
function sideThatIsDown(ends: readonly End[], ...nodes: readonly string[]): string | undefined {
  const isUp = ({ link }: End) => link.flags.includes('UP');
  return nodes.find((node) => ends.every((end) => isUp(end) === (end.node !== node)));
}

const flagsOf = ({ flags }: Link): string => `<${flags.join(',')}>`;
