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

/** What ping of iputils or busybox told on both of its output streams, `durationMs` after its start. Pure and total. */
export function parsePing(answer: CommandAnswer, durationMs: number): Outcome<PingExchange> {
  const said = `${answer.stdout}\n${answer.stderr}`;
  const [, sent, received] = [...said.matchAll(COUNTS)].at(-1) ?? [];
  if (sent === undefined || received === undefined || Number(sent) === 0)
    return { ok: false, failure: noPackets(answer, said) };
  const errors = [...new Set([...said.matchAll(ERRORS)].map(([, error = '']) => printable(error)))];
  const [, min, average, max] = (TIMES.exec(said) ?? []).map(Number);
  return {
    ok: true,
    value: {
      protocol: 'icmp',
      sent: Number(sent),
      received: Number(received),
      rtt: [min, average, max].every(Number.isFinite)
        ? { min: min ?? 0, average: average ?? 0, max: max ?? 0 }
        : undefined,
      tooLong: errors.some((error) => TOO_LONG.test(error)),
      errors: errors.slice(0, MAX_ERRORS),
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
