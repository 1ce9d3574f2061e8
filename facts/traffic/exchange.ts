import type { Evidence } from '../fact.ts';

/** What ping told of one path. */
export interface PingExchange {
  readonly protocol: 'icmp';
  readonly sent: number;
  readonly received: number;
  /** Round trips in milliseconds; undefined where nothing came back or the program does not tell. */
  readonly rtt: { readonly min: number; readonly average: number; readonly max: number } | undefined;
  /** The sender itself refused the packet as too long for its interface or for the path. */
  readonly tooLong: boolean;
  /** Why the sender's system let not one packet out: it knows no way there. Nothing was sent then. */
  readonly unsent?: string;
  /** ICMP errors that came back, such as `Destination Host Unreachable` or `Frag needed`, each once. */
  readonly errors: readonly string[];
  readonly durationMs: number;
  readonly evidence: readonly Evidence[];
}

/** What a short TCP conversation told: some bytes there, the same bytes back. */
export interface TcpExchange {
  readonly protocol: 'tcp';
  readonly connected: boolean;
  /** In bytes. */
  readonly sent: number;
  /** In bytes, of those that were sent. */
  readonly received: number;
  /** Why there was no connection or not all came back: `timed out`, `connection refused`, … */
  readonly why: string | undefined;
  readonly durationMs: number;
  readonly evidence: readonly Evidence[];
}

export type Exchange = PingExchange | TcpExchange;
