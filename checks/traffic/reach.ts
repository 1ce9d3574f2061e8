import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Exchange, PingExchange, TcpExchange } from '../../facts/traffic/exchange.ts';
import type { HopReading, Location } from '../../facts/traffic/location.ts';
import type { PathMeasurement } from '../../facts/traffic/measurement.ts';
import { isRefused } from '../../facts/traffic/passage.ts';
import type { Path, PathKind } from '../../facts/traffic/path.ts';
import { pathTitle } from '../../facts/traffic/path.ts';
import { type Judgement, type Report, verdictOf } from '../define.ts';
import { type AnyPathCheck, definePathCheck } from '../define-path.ts';
import { lossOf, nothingSent, PATH_CHECK } from './common.ts';

const MESSAGES = {
  NOTHING_BACK: {
    text: '{from} gets no answer from {to}: {sent} packets sent, none came back',
    cause:
      'Packets vanish on the way there or on the way back; the evidence shows which places have seen them.',
    remedy:
      'Follow the way: dpu-doctor topology shows its links, dpu-doctor run conformance judges each of them.',
  },
  NO_WAY: {
    text: "{from} can't even send to {to}: {why}",
    cause: 'It has no route there: its interface is down, or the default route is missing or was removed.',
    remedy: 'Look at its interfaces and routes: ip addr; ip route, in {from}',
  },
  LOSS: {
    text: 'of {sent} packets from {from} to {to} only {received} came back: {loss} % are lost',
    cause: 'Packets are dropped on the way: by a full queue, a bad link, or a flow that is not always there.',
    remedy:
      'Look at the drop counters of the places on the way, and borne loss can be told: --set max-packet-loss={loss}',
  },
  SLOW: {
    text: 'from {from} to {to} and back it takes {rtt} ms on average',
    cause:
      'The way is longer or slower than expected: software forwards it, a queue is full, or a link is slow.',
    remedy:
      'Look which part is slow: ping each hop; and whether hardware forwards it: dpu-doctor run traffic -s traffic/offload',
  },
  NO_CONNECTION: {
    text: '{from} gets no TCP connection to {to}: {why}',
    cause: 'Packets of the connection vanish on the way, or nothing listens where they arrive.',
    remedy:
      'Where ping gets through and TCP does not, look at checksums (ethtool -K DEVICE tx off on veth), network policies and load balancers.',
  },
  REFUSED: {
    text: '{to} refuses TCP connections from {from}',
    cause:
      'Packets get there and back: nothing listens at the end, a load balancer has no endpoint or a wrong one, or a network policy rejects them.',
    remedy:
      'Look what listens there (ss -ltn), and what a Service has behind it: kubectl get endpointslices -A; ovn-nbctl lb-list',
  },
  TCP_CUT: {
    text: 'of {sent} bytes over TCP from {from} to {to} only {received} came back: {why}',
    cause:
      'The connection is made and then starves: large packets vanish where small ones pass, or the connection is cut.',
    remedy: 'Compare the MTU of the interfaces on the way: dpu-doctor run traffic -s traffic/mtu',
  },
} as const;

/** A check of all paths of one kind: packets go there and come back. */
export function reachCheck(text: {
  readonly id: `traffic/${PathKind}`;
  readonly title: string;
  readonly description: string;
  readonly covers: readonly string[];
  readonly docs: readonly string[];
}): AnyPathCheck {
  const kind = text.id.slice('traffic/'.length);
  return definePathCheck({
    ...text,
    ...PATH_CHECK,
    expects: ['max-packet-loss', 'max-round-trip'],
    measures: 'exchange',
    messages: MESSAGES,
    concerns: (path) => path.kind === kind && path.size === 'small',
    judge: ({ path, measured, measurement, expected, report }) =>
      measured.protocol === 'tcp'
        ? judgeTcp(path, measured, measurement, report)
        : judgePing(path, measured, measurement, report, {
            loss: expected['max-packet-loss'].value,
            roundTrip: expected['max-round-trip']?.value,
          }),
  });
}

type ReachReport = Report<typeof MESSAGES>;

function judgePing(
  path: Path,
  ping: PingExchange,
  measurement: PathMeasurement,
  report: ReachReport,
  most: { readonly loss: number; readonly roundTrip: number | undefined },
): Judgement {
  const unknown = nothingSent(ping);
  if (unknown !== undefined) return unknown;
  const { sent, received, rtt, unsent } = ping;
  const ends = { from: path.from.name, to: path.to.name };
  const seen = seenOn(ping, measurement);
  const lost = lossOf(ping);
  // Rounded up: as much must be borne for it to pass, and next to nothing is not nothing.
  const loss = Math.ceil(lost * 100) / 100;
  const about = { subject: pathTitle(path), evidence: seen };
  if (unsent !== undefined)
    return verdictOf(
      [
        report('NO_WAY', {
          ...about,
          args: { ...ends, why: unsent },
          observed: `no packet was sent: ${unsent}`,
          expected: 'every packet comes back',
        }),
      ],
      seen,
    );
  if (received === 0) {
    const errors = ping.errors.length === 0 ? '' : `, ${ping.errors.join(', ')}`;
    return verdictOf(
      [
        report('NOTHING_BACK', {
          ...about,
          args: { ...ends, sent },
          observed: `0 of ${sent} packets came back${errors}`,
          expected: 'every packet comes back',
        }),
      ],
      seen,
    );
  }
  if (lost > most.loss)
    return verdictOf(
      [
        report('LOSS', {
          ...about,
          args: { ...ends, sent, received, loss },
          observed: `${loss} % of ${sent} packets are lost`,
          expected: `at most ${most.loss} %`,
        }),
      ],
      seen,
    );
  if (rtt !== undefined && most.roundTrip !== undefined && rtt.average > most.roundTrip)
    return verdictOf(
      [
        report('SLOW', {
          ...about,
          args: { ...ends, rtt: rtt.average },
          observed: `${rtt.average} ms on average, ${rtt.max} ms at most`,
          expected: `at most ${most.roundTrip} ms on average`,
        }),
      ],
      seen,
    );
  return verdictOf([], seen);
}

function judgeTcp(
  path: Path,
  tcp: TcpExchange,
  measurement: PathMeasurement,
  report: ReachReport,
): Judgement {
  const { connected, sent, received, why = 'no reason is told' } = tcp;
  const ends = { from: path.from.name, to: path.to.name };
  const seen = seenOn(tcp, measurement);
  if (connected && received >= sent && sent > 0) return verdictOf([], seen);
  const about = {
    subject: pathTitle(path),
    observed: connected ? `${received} of ${sent} bytes came back: ${why}` : why,
    expected: connected ? 'every byte comes back' : 'a connection',
    evidence: seen,
  };
  if (connected)
    return verdictOf([report('TCP_CUT', { ...about, args: { ...ends, sent, received, why } })], seen);
  if (isRefused(tcp)) return verdictOf([report('REFUSED', { ...about, args: ends })], seen);
  return verdictOf([report('NO_CONNECTION', { ...about, args: { ...ends, why } })], seen);
}

/** What the sender's program said, and where packets were seen while they were sent again. */
export function seenOn(exchange: Exchange, { location }: PathMeasurement): readonly Evidence[] {
  if (location === undefined) return exchange.evidence;
  return [
    ...exchange.evidence,
    location.ok
      ? evidence(`counters while ${location.value.sent} packets were sent again`, readings(location.value))
      : evidence('counters on the way', location.failure.message),
  ];
}

const readings = ({ readings: all }: Location): string => all.map(reading).join('\n') || 'none could be read';

const reading = ({ hop, packets, dropped, mayPassUncounted }: HopReading): string => {
  const counted =
    packets === undefined
      ? 'not known: not readable, or other traffic stands in the way'
      : `${packets} packets`;
  const lost = dropped === undefined || dropped === 0 ? '' : `, ${dropped} dropped`;
  const uncounted = mayPassUncounted ? ', hardware may forward without counting' : '';
  return `${hop.direction}: ${hop.kind} ${hop.name} on ${hop.of ?? hop.node}, ${hop.counter}: ${counted}${lost}${uncounted}`;
};
