import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { tapPairs } from './names.ts';

export const bridges = defineCheck({
  id: 'tap/bridges',
  title: 'every bridge of the testbed joins exactly the two TAP interfaces of its VF',
  description:
    'A third member would hear what the VF sends; a missing one cuts the VF off. TAP interfaces that do not exist are told by tap/taps.',
  severity: 'error',
  scope: 'node',
  roles: ['hypervisor'],
  tags: ['tap'],
  covers: ['S3', 'S4', 'S5'],
  requires: ['links'],
  expects: ['testbed-vfs', 'testbed-node-numbers'],
  simulations: ['tap'],
  messages: {
    MISSING: {
      text: 'the bridge {bridge} is missing',
      cause:
        'Each VF and its representor is a TAP interface, with a bridge to tie each pair of TAP interfaces together.',
      remedy:
        'Create it: ip link add name {bridge} type bridge; ip link set {bridge} up; ip link set {infra} master {bridge}; ip link set {tenant} master {bridge}',
      source: 'seed S L20-22',
    },
    NOT_MEMBER: {
      text: '{tap} is not a member of {bridge}',
      cause: 'The TAP interface was created, and not put into its bridge, or put into another.',
      remedy: 'ip link set {tap} master {bridge}',
    },
    STRANGER: {
      text: '{bridge} has a further member, {member}',
      cause: 'A bridge ties one pair of TAP interfaces together.',
      remedy: 'ip link set {member} {where}',
    },
  },
  docs: ['seed S L20-24', 'https://github.com/Billy99/dpu-software/blob/main/scripts/deployment.sh'],
  judge({ facts: { links }, expected, report }) {
    const pairs = tapPairs(expected['testbed-node-numbers'].value, expected['testbed-vfs'].value);
    if (pairs.length === 0) return notApplicable('no bridge is expected');
    const byName = new Map(links.map((link) => [link.name, link]));
    const bridgeOf = new Map(pairs.flatMap(({ bridge, taps }) => taps.map((tap) => [tap, bridge] as const)));
    const whereTo = (member: string) =>
      bridgeOf.has(member) ? `master ${bridgeOf.get(member)}` : 'nomaster';
    const membersOf = (bridge: string) =>
      links.filter(({ master }) => master === bridge).map(({ name }) => name);
    // Where nothing of a pair is there, tap/taps tells of it.
    const made = pairs.filter(({ bridge, taps }) => [bridge, ...taps].some((name) => byName.has(name)));
    if (made.length === 0) return notApplicable('no TAP interface and no bridge of the testbed is there');
    const findings = made.flatMap(({ bridge, taps }) => {
      const [infra, tenant] = taps;
      const members = membersOf(bridge);
      const observed = members.join(' ') || 'no member';
      const said = [evidence(`ip -j link show master ${bridge}`, observed)];
      const about = { subject: bridge, expected: taps.join(' '), evidence: said };
      const kind = byName.get(bridge)?.kind;
      if (kind !== 'bridge') {
        const instead = byName.has(bridge) ? `a device of kind ${kind ?? 'none'}` : 'not there';
        return [report('MISSING', { ...about, args: { bridge, infra, tenant }, observed: instead })];
      }
      return [
        ...taps
          .filter((tap) => byName.has(tap) && !members.includes(tap))
          .map((tap) => report('NOT_MEMBER', { ...about, args: { tap, bridge }, observed })),
        ...members
          .filter((member) => !taps.includes(member))
          .map((member) =>
            report('STRANGER', { ...about, args: { bridge, member, where: whereTo(member) }, observed }),
          ),
      ];
    });
    return verdictOf(findings, [evidence('ip -j -d addr show', `${made.length} bridges with their members`)]);
  },
});
