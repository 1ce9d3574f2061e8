import { evidence, excerpt, type Outcome } from '../fact.ts';
import type { CommandAnswer } from '../source.ts';
import type { TcpExchange } from './exchange.ts';

/** What was sent: equal lines. */
export interface Payload {
  readonly lines: number;
  /** With the line's end. */
  readonly bytesPerLine: number;
}

/** As `grep -c` prints how many lines came back intact. */
const LINES = /^(\d{1,7})$/gm;

/** How nc ended, as the script says; a timeout ends it with 124 (coreutils) or a signal's code (busybox). */
const ENDED = /^nc ended with (\d{1,3})$/gm;
const CUT = [124, 137, 143];

/** What nc of busybox and OpenBSD say of a connection that there is none of, after the address. */
const REASONS =
  /(connection refused|timed out|no route to host|(?:network|host) is unreachable|connection reset by peer|permission denied)/i;

/** What a conversation of nc told on both of its output streams, `durationMs` after its start. Pure and total. */
export function parseTcp(answer: CommandAnswer, durationMs: number, sent: Payload): Outcome<TcpExchange> {
  const said = printable(`${answer.stdout}\n${answer.stderr}`.trim());
  const lines = [...said.matchAll(LINES)].at(-1)?.[1];
  const ended = [...said.matchAll(ENDED)].at(-1)?.[1];
  const heard = evidence(answer.command, excerpt(said));
  if (ended === '127' || ended === '126')
    return {
      ok: false,
      failure: {
        code: 'missing-program',
        message: 'nc or timeout is missing where the connection was to be made from',
        hint: 'Install nc of busybox or OpenBSD there, or choose an image that has it.',
        evidence: heard,
      },
    };
  if (lines === undefined || ended === undefined)
    return {
      ok: false,
      failure: {
        code: 'command-failed',
        message: 'what tells of the connection was cut',
        hint: `Run it where it was sent from: ${answer.command}`,
        evidence: heard,
      },
    };
  const bytes = sent.lines * sent.bytesPerLine;
  const received = Math.min(Number(lines), sent.lines) * sent.bytesPerLine;
  const intact = received === bytes && Number(lines) === sent.lines;
  const reason = REASONS.exec(said)?.[1]?.toLowerCase();
  const cut = CUT.includes(Number(ended));
  const connected = received > 0 || cut || /succeeded!/.test(said) || (ended === '0' && reason === undefined);
  return {
    ok: true,
    value: {
      protocol: 'tcp',
      connected,
      sent: bytes,
      // More than was sent is not what was sent.
      received: intact ? bytes : Math.min(received, bytes - sent.bytesPerLine),
      why: intact ? undefined : whyNot({ connected, cut, reason, tooMany: Number(lines) > sent.lines }),
      durationMs,
      evidence: [heard],
    },
  };
}

function whyNot(seen: {
  readonly connected: boolean;
  readonly cut: boolean;
  readonly reason: string | undefined;
  readonly tooMany: boolean;
}): string {
  if (!seen.connected) return seen.reason ?? 'nc failed without a word';
  if (seen.tooMany) return 'more came back than was sent';
  if (seen.cut) return 'the rest did not come in time';
  return seen.reason ?? 'the connection was closed before all was there, or other bytes came than were sent';
}

/** Without control characters but line ends. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '');
