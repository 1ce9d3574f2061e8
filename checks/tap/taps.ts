import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { tapPairs } from './names.ts';

const TAP = /^tap\d+-vf\d+-[it]$/;

export const taps = defineCheck({
  id: 'tap/taps',
  title: 'every VF and representor of the testbed has its TAP interface',
  description: 'In place of VFs and representors, the testbed joins pairs of TAP interfaces by bridges.',
  severity: 'error',
  scope: 'node',
  roles: ['hypervisor'],
  tags: ['tap'],
  covers: ['S3', 'S4'],
  requires: ['links'],
  expects: ['testbed-vfs', 'testbed-node-numbers'],
  simulations: ['tap'],
  messages: {
    MISSING: {
      text: 'the TAP interface {name} is missing',
      cause:
        'The TAP interfaces are named tap<X>-vf<Y>-<Z>, where <X> is the Node Number, <Y> is the VF number (0-19), and <Z> is the cluster side (i for infra or t for tenant).',
      remedy:
        'Create it and join it to its bridge: ip tuntap add mode tap {name}; ip link set {name} master {bridge} up. Or all of them: sudo ./scripts/deployment.sh start',
      source: 'seed S L22-24',
    },
    NO_TAP: {
      text: '{name} is no TAP interface',
      cause: 'Something else has its name, so that the virtual machine does not get it.',
      remedy: 'Delete it and create the TAP interface: ip link delete {name}; ip tuntap add mode tap {name}',
    },
    EXTRA: {
      text: 'the TAP interface {name} is one too many',
      cause: 'NUM_VF of scripts/variables.sh and the machine disagree, or another node number is in use.',
      remedy: 'Correct the one that is wrong: --set testbed-vfs=<count>, or ip link delete {name}',
      level: 'warn',
    },
  },
  docs: ['seed S L20-24'],
  judge({ facts: { links }, expected, report }) {
    const [nodes, vfs] = [expected['testbed-node-numbers'], expected['testbed-vfs']];
    const pairs = tapPairs(nodes.value, vfs.value);
    if (pairs.length === 0) return notApplicable('no TAP interface is expected');
    const byName = new Map(links.map((link) => [link.name, link]));
    const wanted = new Map(pairs.flatMap(({ taps, bridge }) => taps.map((name) => [name, bridge] as const)));
    const found = [...wanted.keys()].filter((name) => byName.has(name));
    const said = evidence('ip -j -d addr show', `${found.length} of ${wanted.size} TAP interfaces`);
    const about = {
      expected: `${wanted.size} TAP interfaces: nodes ${nodes.value.join(' ')} (${nodes.from}), ${vfs.value} VFs (${vfs.from})`,
      evidence: [said],
    };
    const findings = [
      ...[...wanted].flatMap(([name, bridge]) => {
        const link = byName.get(name);
        if (link === undefined)
          return [
            report('MISSING', { ...about, subject: name, args: { name, bridge }, observed: 'not there' }),
          ];
        if (link.kind === 'tun') return [];
        const observed = link.kind ?? 'no virtual device';
        return [report('NO_TAP', { ...about, subject: name, args: { name }, observed })];
      }),
      ...links
        .filter(({ name }) => TAP.test(name) && !wanted.has(name))
        .map(({ name }) => report('EXTRA', { ...about, subject: name, args: { name }, observed: 'there' })),
    ];
    return verdictOf(findings, [said]);
  },
});
