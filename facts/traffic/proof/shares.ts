import { ALMOST_ALL, type DirectionProof, SMALL_PART } from './verdict.ts';

/** What was counted of one direction, in packets. */
export interface Counts {
  readonly sent: number;
  /** By flows that are marked as offloaded, in all passes. */
  readonly hardware: number;
  /** By flows that are not. */
  readonly bySoftwareFlows: number;
  /** By the representor's counter of what software saw; undefined where there is none, and `withoutCounter` says why. */
  readonly software: number | undefined;
  readonly withoutCounter: string;
  /** A flow of the connection is marked as offloaded. */
  readonly marked: boolean;
  /** A pass that no dump has a flow of, in words; undefined where there is none. */
  readonly missing: string | undefined;
  /** Flows went away between dumps. */
  readonly lossy: boolean;
}

/** So many times what was sent is no repetition of lost segments, which flows count and the sender does not. */
const OTHERS_TOO = 1.5;

export type Finding = Pick<DirectionProof, 'verdict' | 'share' | 'why'>;

/**
 * Software sees large segments as one packet each (GRO), up to 48 at 64 KiB and an MTU of 1400: so few packets in
 * software flows may be all that was sent.
 */
const MERGED = 0.01;

/**
 * Holds flows and counters against each other. Neither is believed alone: a flow's count in TC is that of hardware and
 * software together (tc-actions' TCA_STATS_BASIC, of which TCA_STATS_BASIC_HW is a part), and a quiet representor does
 * not tell who forwards instead. `gap` tells why flows of the
 * connection may not have been seen at all.
 */
export function compare(counts: Counts, gap: string | undefined): Finding {
  const { sent, hardware, software, bySoftwareFlows } = counts;
  const seen = software === undefined ? undefined : software / sent;
  const share = Math.min(1, hardware / sent);
  if (seen !== undefined && seen >= ALMOST_ALL)
    return inSoftware(
      `the representor saw ${software} of ${sent} packets in software${counts.marked ? ', though flows are marked as offloaded' : ''}`,
      Math.max(0, 1 - seen),
    );
  if (gap !== undefined) return undetermined(gap);
  if (!counts.marked)
    return bySoftwareFlows >= MERGED * sent
      ? inSoftware(
          `none of the flows that carry it is marked as offloaded: they counted ${bySoftwareFlows} packets`,
          0,
        )
      : undetermined(
          `its flows are not marked as offloaded, and counted only ${bySoftwareFlows} of ${sent} packets${expired(counts)}`,
        );
  if (counts.missing !== undefined) return undetermined(counts.missing);
  if (share >= ALMOST_ALL) return byCounter(counts);
  if (hardware === 0 && bySoftwareFlows >= ALMOST_ALL * sent)
    return inSoftware('flows are marked as offloaded, and only those in software counted packets', 0);
  if (hardware + Math.max(software ?? 0, bySoftwareFlows) >= ALMOST_ALL * sent) return inPart(counts, share);
  return undetermined(
    `flows marked as offloaded counted ${hardware} of ${sent} packets, and nothing tells of the others${expired(counts)}`,
  );
}

/** The flows say that the hardware has it: what does the representor say? */
function byCounter(counts: Counts): Finding {
  const { sent, hardware, software, withoutCounter } = counts;
  if (software === undefined)
    return undetermined(
      `the flows are marked as offloaded and counted ${hardware} of ${sent} packets, which software may have forwarded: ${withoutCounter}`,
    );
  if (software > SMALL_PART * sent) return inPart(counts, 1 - software / sent);
  const others =
    hardware > OTHERS_TOO * sent
      ? `; the flows carry other connections too: ${percent(sent / hardware)} of what they counted is of this one`
      : '';
  return {
    verdict: 'offloaded',
    share: Math.min(1, hardware / sent, 1 - software / sent),
    why: `flows in the hardware counted ${hardware} packets where ${sent} were sent, and software saw ${software}${others}`,
  };
}

const inSoftware = (why: string, share: number): Finding => ({ verdict: 'in-software', share, why });

const undetermined = (why: string): Finding => ({ verdict: 'undetermined', share: undefined, why });

const inPart = ({ sent, hardware, software, bySoftwareFlows }: Counts, share: number): Finding => ({
  verdict: 'in-part',
  share,
  why: `flows in the hardware counted ${hardware} of ${sent} packets, and software saw ${software ?? bySoftwareFlows}`,
});

const expired = ({ lossy }: Counts): string =>
  lossy ? '; flows went away between two dumps, with what they had counted' : '';

/** Rounded down: 99.9 % is not all. */
export const percent = (share: number): string => `${Math.floor(share * 100)} %`;
