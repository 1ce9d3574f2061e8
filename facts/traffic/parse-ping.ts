import { isSameAddress, versionOf } from '../derived/addresses.ts';
import { evidence, excerpt, type FactFailure, type Outcome } from '../fact.ts';
import type { CommandAnswer } from '../source.ts';
import type { PingExchange } from './exchange.ts';

/**
 * The line of counts, of iputils (`3 packets transmitted, 2 received, +1 errors, 33% packet loss, time 2002ms`) and of
 * busybox (`3 packets transmitted, 2 packets received, 33% packet loss`). Duplicates are not among the received.
 */
const COUNTS = /^(\d{1,9}) packets transmitted, (\d{1,9}) (?:packets )?received,/gm;

const TIMES = /^(?:rtt|round-trip) min\/avg\/max(?:\/mdev)? = ([\d.]{1,20})\/([\d.]{1,20})\/([\d.]{1,20})/m;

/** iputils: an ICMP error that came back, or one of the sender's own. */
const ERRORS = /^(?:From \S+(?: \(\S+\))?:? icmp_seq=\d+ |ping6?: )(?!Warning)(.+)$/gm;

/** The kernel refused the packet, or a router said that it does not fit the next link. */
const TOO_LONG = /message too long|frag(?:mentation)? needed|packet too big/i;

/** As many different errors are kept. */
const MAX_ERRORS = 5;

/** A reply: from whom, and after a name its address in parentheses. */
const REPLY = /^\d{1,6} bytes from (\S{1,64}?)(?: \((\S{1,64}?)\))?:? .*$/gm;

/**
 * What ping of iputils or busybox told on both of its output streams, `durationMs` after its start. Both count an answer from
 * whomever it comes, and one that is cut short or altered: only those of `address` that are whole are answers. Pure and
 * total.
 */
export function parsePing(answer: CommandAnswer, durationMs: number, address: string): Outcome<PingExchange> {
  const said = `${answer.stdout}\n${answer.stderr}`;
  const [, sent, received] = [...said.matchAll(COUNTS)].at(-1) ?? [];
  if (sent === undefined || received === undefined || Number(sent) === 0)
    return noWay(answer, said, durationMs) ?? { ok: false, failure: noPackets(answer, said) };
  const errors = [...new Set([...said.matchAll(ERRORS)].map(([, error = '']) => printable(error)))];
  const odd = oddReplies(said, address);
  const [, min, average, max] = (TIMES.exec(said) ?? []).map(Number);
  return {
    ok: true,
    value: {
      protocol: 'icmp',
      sent: Number(sent),
      received: Math.max(0, Number(received) - odd.count),
      rtt: [min, average, max].every(Number.isFinite)
        ? { min: min ?? 0, average: average ?? 0, max: max ?? 0 }
        : undefined,
      tooLong: errors.some((error) => TOO_LONG.test(error)),
      errors: [...odd.errors, ...errors].slice(0, MAX_ERRORS),
      durationMs,
      evidence: [evidence(answer.command, excerpt(printable(said.trim(), '\n')))],
    },
  };
}

/** Replies that are none of the packets' that were sent, and how they are called. */
function oddReplies(
  said: string,
  address: string,
): { readonly count: number; readonly errors: readonly string[] } {
  const replies = [...said.matchAll(REPLY)].map(([line, name = '', from = name]) => ({ line, from }));
  const isForeign = ({ from }: { from: string }): boolean =>
    versionOf(from) !== undefined && !isSameAddress(from, address);
  const foreign = replies.filter(isForeign).map(({ from }) => from);
  const cut = replies.filter((one) => !isForeign(one) && one.line.includes('(truncated)'));
  const altered = [...said.matchAll(/^wrong data byte /gm)];
  return {
    count: foreign.length + cut.length + altered.length,
    errors: [
      ...(foreign.length === 0
        ? []
        : [`answers came from ${printable([...new Set(foreign)].slice(0, 3).join(' and '))} instead`]),
      ...(cut.length === 0 ? [] : ['answers were cut short']),
      ...(altered.length === 0 ? [] : ['answers held other bytes than were sent']),
    ],
  };
}

/** `ping: connect: Network is unreachable` (iputils; those before 2019 leave `ping: ` out), `ping: sendto: Network unreachable` (busybox with musl). */
const NO_WAY = /^(?:ping6?: )?(?:connect|sendto): ((?:network|host)(?: is)? unreachable|no route to host)$/im;

/** The sender itself has no route: what is wrong is known, without a packet. */
function noWay(answer: CommandAnswer, said: string, durationMs: number): Outcome<PingExchange> | undefined {
  const why = NO_WAY.exec(said)?.[1]?.toLowerCase();
  if (why === undefined) return undefined;
  return {
    ok: true,
    value: {
      ...{ protocol: 'icmp', sent: 0, received: 0, rtt: undefined, tooLong: false },
      unsent: why,
      errors: [why],
      durationMs,
      evidence: [evidence(answer.command, excerpt(printable(said.trim(), '\n')))],
    },
  };
}

function noPackets(answer: CommandAnswer, said: string): FactFailure {
  const { command, exitCode } = answer;
  const heard = excerpt(printable(said.trim(), '\n'));
  const about = evidence(command, `exit code ${exitCode}: ${heard || 'no output'}`);
  if (exitCode === 127)
    return {
      code: 'missing-program',
      message: 'there is no ping where it was to be sent from',
      hint: 'Install ping of iputils or busybox there, or choose an image that has it.',
      evidence: about,
    };
  return {
    code: 'no-packets',
    message: `ping sent no packets: ${heard.split('\n').at(-1) || 'it said nothing'}`,
    hint: `Run it where it was sent from, and look why: ${command}`,
    evidence: about,
  };
}

/** Without control characters; line ends become what is wanted. */
const printable = (text: string, lineEnd = ' '): string =>
  text
    .replace(/\r?\n/g, lineEnd)
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '')
    .replace(/\n+/g, lineEnd);
