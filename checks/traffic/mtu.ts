import { pathTitle } from '../../facts/traffic/path.ts';
import { notApplicable, verdictOf } from '../define.ts';
import { definePathCheck } from '../define-path.ts';
import { lossOf, nothingSent, PATH_CHECK } from './common.ts';
import { seenOn } from './reach.ts';

export const mtu = definePathCheck({
  id: 'traffic/mtu',
  title: "packets as large as the sender's MTU get through",
  description:
    'A tunnel adds a header to every packet: where the network beneath is not larger by that, small packets pass and large ones vanish, so ping works and downloads hang.',
  ...PATH_CHECK,
  covers: [],
  expects: ['max-packet-loss'],
  measures: 'exchange',
  messages: {
    TOO_LONG: {
      text: '{from} sends packets of its own MTU, {mtu} bytes, to {to}, and is told that they are too long',
      cause: 'A link on the way is smaller than the MTU of the interface that sends.',
      remedy:
        'Make the MTU of the pods smaller, or that of the links between the DPUs larger: geneve takes 58 bytes of IPv4 and 78 of IPv6.',
    },
    NO_WAY: {
      text: "{from} can't even send to {to}: {why}",
      cause: 'It has no route there: its interface is down, or the default route is missing or was removed.',
      remedy: 'Look at its interfaces and routes: ip addr; ip route, in {from}',
    },
    LARGE_LOST: {
      text: 'packets of the MTU, {mtu} bytes, from {from} to {to} vanish: {received} of {sent} came back',
      cause: 'A link on the way is too small for them, and drops them without a word.',
      remedy:
        'Compare the MTU of the interfaces on the way, on both DPUs and between them: ip -d link; geneve takes 58 bytes of IPv4 and 78 of IPv6.',
    },
  },
  docs: ['https://ovn-kubernetes.io/design/topology/'],
  concerns: ({ size }) => size === 'mtu',
  judge({ path, measured, measurement, expected, report }) {
    if (measured.protocol !== 'icmp') return notApplicable('no ping was sent on this path');
    const unknown = nothingSent(measured);
    if (unknown !== undefined) return unknown;
    const { sent, received, tooLong, unsent, errors } = measured;
    const seen = seenOn(measured, measurement);
    const args = { from: path.from.name, to: path.to.name, mtu: path.from.mtu ?? 0, sent, received };
    const about = {
      subject: pathTitle(path),
      observed: [`${received} of ${sent} packets came back`, ...errors].join(', '),
      expected: 'every packet comes back',
      evidence: seen,
    };
    if (unsent !== undefined)
      return verdictOf([report('NO_WAY', { ...about, args: { ...args, why: unsent } })], seen);
    if (tooLong) return verdictOf([report('TOO_LONG', { ...about, args })], seen);
    const isLost = lossOf(measured) > expected['max-packet-loss'].value;
    return verdictOf(isLost ? [report('LARGE_LOST', { ...about, args })] : [], seen);
  },
});
