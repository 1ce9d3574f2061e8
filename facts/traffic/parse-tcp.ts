import { evidence, excerpt, type Outcome } from '../fact.ts';
import type { CommandAnswer } from '../source.ts';
import type { TcpExchange } from './exchange.ts';

/** What was sent: its length in bytes and its checksum as cksum(1) prints it. */
export interface Payload {
  readonly bytes: number;
  readonly checksum: string;
}

/** Lines of cksum on standard input: checksum and length. */
const CHECKSUM = /^(\d{1,10}) (\d{1,10})$/gm;

/** How nc ended, as the script says; a timeout ends it with 124 (coreutils) or a signal's code (busybox). */
const ENDED = /^nc ended with (\d{1,3})$/gm;
const CUT = [124, 137, 143];

/** What nc of busybox and OpenBSD say of a connection that there is none of, after the address. */
const REASONS =
  /(connection refused|timed out|no route to host|(?:network|host) is unreachable|connection reset by peer|permission denied)/i;

/** What a conversation of nc told on both of its output streams, `durationMs` after its start. Pure and total. */
export function parseTcp(answer: CommandAnswer, durationMs: number, sent: Payload): Outcome<TcpExchange> {
  const said = printable(`${answer.stdout}\n${answer.stderr}`.trim());
  const [, checksum, length] = [...said.matchAll(CHECKSUM)].at(-1) ?? [];
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
  if (checksum === undefined || length === undefined || ended === undefined)
    return {
      ok: false,
      failure: {
        code: 'command-failed',
        message: 'what tells of the connection was cut',
        hint: `Run it where it was sent from: ${answer.command}`,
        evidence: heard,
      },
    };
  const arrived = Number(length);
  const intact = arrived === sent.bytes && checksum === sent.checksum;
  const reason = REASONS.exec(said)?.[1]?.toLowerCase();
  const cut = CUT.includes(Number(ended));
  const connected = arrived > 0 || cut || /succeeded!/.test(said) || (ended === '0' && reason === undefined);
  return {
    ok: true,
    value: {
      protocol: 'tcp',
      connected,
      sent: sent.bytes,
      received: intact ? sent.bytes : Math.min(arrived, sent.bytes - 1),
      why: intact ? undefined : whyNot({ connected, arrived, cut, reason, bytes: sent.bytes }),
      durationMs,
      evidence: [heard],
    },
  };
}

function whyNot(seen: {
  readonly connected: boolean;
  readonly arrived: number;
  readonly cut: boolean;
  readonly reason: string | undefined;
  readonly bytes: number;
}): string {
  if (!seen.connected) return seen.reason ?? 'nc failed without a word';
  if (seen.arrived >= seen.bytes) return 'other bytes came back than were sent';
  if (seen.cut) return 'the rest did not come in time';
  return seen.reason ?? 'the other side closed the connection before';
}

/** Without control characters but line ends. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '');
