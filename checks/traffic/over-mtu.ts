import { pathTitle } from '../../facts/traffic/path.ts';
import { notApplicable, verdictOf } from '../define.ts';
import { definePathCheck } from '../define-path.ts';
import { nothingSent, PATH_CHECK } from './common.ts';
import { seenOn } from './reach.ts';

export const overMtu = definePathCheck({
  id: 'traffic/over-mtu',
  title: "packets one byte over the sender's MTU are refused with a word",
  description:
    'They ask not to be fragmented. A sender that is not told that they are too long sends them again and again, and its connections hang.',
  ...PATH_CHECK,
  covers: [],
  measures: 'exchange',
  messages: {
    ARRIVED: {
      text: 'a packet of {bytes} bytes, one more than the MTU of {from}, got to {to} although it must not be fragmented',
      cause:
        'The MTU that the interface shows is not the one that it sends by, or something on the way fragments all the same.',
      remedy: 'Look at the interface in the pod and at its VF on the node: ip -d link',
    },
    NOT_TOLD: {
      text: '{from} is not told that packets of {bytes} bytes are too long: they vanish on the way to {to}',
      cause: 'The interface lets through what is over its MTU, and the way drops it silently.',
      remedy: 'Look at the MTU of the interface in the pod and of its VF on the node: ip -d link',
    },
  },
  docs: ['https://www.rfc-editor.org/rfc/rfc1191'],
  concerns: ({ size }) => size === 'over-mtu',
  judge({ path, measured, measurement, report }) {
    if (measured.protocol !== 'icmp') return notApplicable('no ping was sent on this path');
    const unknown = nothingSent(measured);
    if (unknown !== undefined) return unknown;
    const { sent, received, tooLong, unsent, errors } = measured;
    if (unsent !== undefined) return notApplicable(`nothing could be sent on this path: ${unsent}`);
    const seen = seenOn(measured, measurement);
    const args = { from: path.from.name, to: path.to.name, bytes: (path.from.mtu ?? 0) + 1 };
    const about = {
      subject: pathTitle(path),
      observed: [`${received} of ${sent} packets came back`, ...errors].join(', '),
      expected: 'the sender refuses them as too long',
      evidence: seen,
    };
    if (received > 0) return verdictOf([report('ARRIVED', { ...about, args })], seen);
    return verdictOf(tooLong ? [] : [report('NOT_TOLD', { ...about, args })], seen);
  },
});
