import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { tapPairs } from './names.ts';

export const linksUp = defineCheck({
  id: 'tap/links-up',
  title:
    'every TAP interface and bridge of the testbed is up and forwards, and a virtual machine holds each TAP',
  description:
    'A TAP interface has a carrier only while the virtual machine that it belongs to runs. Its bridge joins it to the other one of its VF only if both are ports that forward, and drops frames that are longer than the MTU of the port they are to leave by.',
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
    NOT_FORWARDING: {
      text: '{name} forwards nothing in {bridge}: the port is {state}',
      cause: 'Its state was set by hand, or STP sees a second way between two bridges.',
      remedy: 'ip link set {bridge} type bridge stp_state 0; bridge link set dev {name} state 3',
      source: 'bridge(8)',
    },
    ISOLATED: {
      text: '{name} and {other} are isolated ports of {bridge}, which forwards nothing between them',
      cause: 'Somebody has set ports of bridges isolated, as it is done to keep virtual machines apart.',
      remedy: 'bridge link set dev {name} isolated off',
      source: 'bridge(8)',
    },
    MTU_DIFFERS: {
      text: '{name} has MTU {mtu} and {other} has MTU {otherMtu}',
      cause: 'A bridge drops frames that are longer than the MTU of the port that they are to leave by.',
      remedy: 'ip link set {name} mtu {otherMtu}',
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
    const ofPairs = pairs.flatMap(({ bridge, taps }) => {
      const ports = found(taps).filter((link) => link.master === bridge);
      const stopped = ports.flatMap((link) => {
        const state = link.bridgePort?.state ?? '';
        const isLive = ['UP', 'LOWER_UP'].every((flag) => link.flags.includes(flag));
        if (!isLive || !STOPPED.includes(state)) return [];
        const args = { name: link.name, bridge, state };
        return [report('NOT_FORWARDING', { ...ofPort(link.name, state, 'forwarding'), args })];
      });
      const [one, two] = ports;
      if (one === undefined || two === undefined) return stopped;
      const args = { name: one.name, other: two.name, bridge, mtu: one.mtu, otherMtu: two.mtu };
      const areIsolated = one.bridgePort?.isolated === true && two.bridgePort?.isolated === true;
      return [
        ...stopped,
        ...(areIsolated ? [report('ISOLATED', { ...ofPort(one.name, 'isolated on', 'off'), args })] : []),
        ...(one.mtu === two.mtu
          ? []
          : [report('MTU_DIFFERS', { ...ofPort(one.name, `${one.mtu} and ${two.mtu}`, 'one MTU'), args })]),
      ];
    });
    return verdictOf(
      [
        ...down.map((link) => report('DOWN', { ...about(link), args: { name: link.name } })),
        ...unheld,
        ...ofPairs,
      ],
      [said],
    );
  },
});

/** States of a bridge's port that it does not leave by itself, other than for a while. */
const STOPPED: readonly string[] = ['disabled', 'blocking'];

const ofPort = (name: string, observed: string, expected: string) => ({
  subject: name,
  observed,
  expected,
  evidence: [evidence(`ip -j -d link show ${name}`, observed)],
});
