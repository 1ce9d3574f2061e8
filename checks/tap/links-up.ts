import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { tapPairs } from './names.ts';

export const linksUp = defineCheck({
  id: 'tap/links-up',
  title: 'every TAP interface and bridge of the testbed is up, and a virtual machine holds each TAP',
  description: 'A TAP interface has a carrier only while the virtual machine that it belongs to runs.',
  severity: 'error',
  scope: 'node',
  roles: ['hypervisor'],
  tags: ['tap', 'link'],
  covers: ['S2', 'S3'],
  after: ['tap/vms', 'tap/taps', 'tap/bridges'],
  requires: ['links'],
  expects: ['testbed-vfs', 'testbed-node-numbers'],
  simulations: ['tap'],
  messages: {
    DOWN: {
      text: '{name} is down',
      cause: 'It was set down, or was created and not set up.',
      remedy: 'ip link set {name} up. Or all of them: sudo ./scripts/deployment.sh up',
    },
    NOT_HELD: {
      text: 'no virtual machine holds {name}: it has no carrier',
      cause: 'The virtual machine has no interface for this TAP, or lost it when the TAP was made anew.',
      remedy: 'Look for it: virsh domiflist {machine}; and start the machine again: virsh start {machine}',
    },
    NONE_HELD: {
      text: 'no virtual machine holds any TAP interface of {machine}: none has a carrier',
      cause: 'The virtual machine does not run.',
      remedy: 'virsh start {machine}',
    },
  },
  docs: ['seed S L14-24', 'https://github.com/Billy99/dpu-software/blob/main/scripts/deployment.sh'],
  judge({ facts: { links }, expected, report }) {
    const nodes = expected['testbed-node-numbers'].value;
    const byName = new Map(links.map((link) => [link.name, link]));
    const pairs = tapPairs(nodes, expected['testbed-vfs'].value);
    const found = (names: readonly string[]) => names.flatMap((name) => byName.get(name) ?? []);
    const machines = nodes.flatMap((node) =>
      (['infra', 'tenant'] as const).map((side, end) => ({
        machine: `${side}-${node}`,
        taps: found(
          pairs.flatMap(({ bridge, taps }) => (bridge.startsWith(`br${node}-`) ? (taps[end] ?? []) : [])),
        ),
      })),
    );
    const bridges = found(pairs.map(({ bridge }) => bridge));
    const devices = [...machines.flatMap(({ taps }) => taps), ...bridges];
    if (devices.length === 0) return notApplicable('no TAP interface and no bridge of the testbed is there');
    const down = devices.filter(({ flags }) => !flags.includes('UP'));
    const said = evidence(
      'ip -j -d addr show',
      `${devices.length - down.length} of ${devices.length} are UP`,
    );
    const about = (link: Link) => ({
      subject: link.name,
      observed: `<${link.flags.join(',')}>`,
      expected: 'UP,LOWER_UP',
      evidence: [evidence(`ip -j link show ${link.name}`, `<${link.flags.join(',')}>`)],
    });
    const unheld = machines.flatMap(({ machine, taps }) => {
      const up = taps.filter(({ flags }) => flags.includes('UP'));
      const none = up.filter(({ flags }) => !flags.includes('LOWER_UP'));
      const [first] = none;
      if (first !== undefined && up.length > 1 && none.length === up.length)
        return [report('NONE_HELD', { ...about(first), subject: machine, args: { machine } })];
      return none.map((link) => report('NOT_HELD', { ...about(link), args: { name: link.name, machine } }));
    });
    return verdictOf(
      [...down.map((link) => report('DOWN', { ...about(link), args: { name: link.name } })), ...unheld],
      [said],
    );
  },
});
