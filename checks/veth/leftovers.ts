import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { LISTING, row } from './common.ts';

/** Names that step 4 gives to veth ends before it moves and renames them (seed K L115-178, dpu-simulator's veth.go). */
const INTERMEDIATE = [
  /^host\d+-(?<wanted>eth\d+-\d+)$/,
  /^dpu\d+-(?<wanted>rep\d+-\d+)$/,
  /^temp-(?<side>host|rep)(?<pair>\d+)-(?<index>\d+)$/,
];

/** The name that a veth end of this intermediate name was to get; undefined for another name. */
function wantedName(name: string): string | undefined {
  const found = INTERMEDIATE.map((pattern) => pattern.exec(name)?.groups).find(
    (groups) => groups !== undefined,
  );
  if (found === undefined) return undefined;
  const { wanted, side, pair, index } = found;
  return wanted ?? (side === 'host' ? `eth0-${index}` : `rep${pair}-${index}`);
}

export const leftovers = defineCheck({
  id: 'veth/leftovers',
  title: 'no veth end has kept its intermediate name',
  description:
    'A veth end that was moved but not renamed is a VF or representor that OVN-Kubernetes does not find by its name. One that was never moved shows on the machine that runs the containers.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'control-plane', 'worker', 'hypervisor'],
  tags: ['veth'],
  covers: ['K19', 'K20', 'K24', 'K25'],
  requires: ['links'],
  simulations: ['veth'],
  messages: {
    NOT_RENAMED: {
      text: '{name} was not renamed to {wanted}',
      cause:
        'The set-up hides errors of its renames (2>/dev/null || true), or it was broken off before them.',
      remedy: 'ip link set {name} down; ip link set {name} name {wanted}',
    },
    NOT_MOVED: {
      text: '{name} was not moved to a DPU host or DPU, where it is to be {wanted}',
      cause:
        'The set-up was broken off, or the process id of the container was wrong. Only hosts and DPUs have ends of veth pairs.',
      remedy:
        'Delete it with its other end, wherever that is, and run step 4 again: ip link delete {name}. Or move it: ip link set {name} netns <PID of the container>; docker exec <container> ip link set {name} name {wanted}',
      source: 'seed K L106-178',
    },
    NAME_TAKEN: {
      text: '{name} was not renamed to {wanted}: another device has this name',
      cause:
        'Of temp-host0-0 and temp-host1-0 it is the rule: the set-up has renamed eth0 to eth0-0 before, and the kernel answers "RTNETLINK answers: File exists".',
      remedy:
        'If {wanted} is the renamed eth0 of kind (it has an address), give it its name back: ip link set {wanted} down; ip link set {wanted} name eth0; ip link set {name} down; ip link set {name} name {wanted}. If {name} is left over from another run, delete it with its other end: ip link delete {name}',
    },
  },
  docs: ['seed K L103-178', 'https://github.com/ovn-kubernetes/dpu-simulator/blob/main/pkg/kind/veth.go'],
  judge({ facts: { links }, subject, report }) {
    if (links.length === 0) return notApplicable('ip shows no network device');
    const findings = links.flatMap(({ name }) => {
      const wanted = wantedName(name);
      if (wanted === undefined) return [];
      const taken = links.some((other) => other.name === wanted);
      const belongsHere = subject.role === 'dpu-host' || subject.role === 'dpu';
      const code = !belongsHere ? 'NOT_MOVED' : taken ? 'NAME_TAKEN' : 'NOT_RENAMED';
      return [
        report(code, {
          subject: name,
          args: { name, wanted },
          observed: taken ? `${name} and ${wanted}` : name,
          expected: belongsHere ? wanted : `no ${name}`,
          evidence: [evidence(LISTING, taken ? `${name} ${wanted}` : name)],
        }),
      ];
    });
    return verdictOf(findings, [evidence(LISTING, row(links.map(({ name }) => name)))]);
  },
});
