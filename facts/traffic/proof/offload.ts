import { evidence } from '../../fact.ts';
import type { StreamDirection, StreamObservation } from '../stream.ts';
import { judgeDirection } from './direction.ts';
import { softwareGrowth } from './growth.ts';
import { percent } from './shares.ts';
import { type DirectionProof, type OffloadJudgement, type OffloadVerdict, SMALL_PART } from './verdict.ts';

/** Judges a stream: it is offloaded only where both directions are, at the sender's DPU and at the receiver's. */
export function judgeOffload({ directions }: StreamObservation): OffloadJudgement {
  const proofs = directions.map((direction) => {
    const receiver = directions.find(({ sender }) => sender !== direction.sender);
    return judgeArrival(judgeDirection(direction), direction, receiver);
  });
  return { verdict: verdictOf(proofs.map(({ verdict }) => verdict)), directions: proofs };
}

/** What the hardware took from the sender may still reach the receiver through software, on its own DPU. */
function judgeArrival(
  proof: DirectionProof,
  { packets: sent = 0 }: StreamDirection,
  receiver: StreamDirection | undefined,
): DirectionProof {
  if (proof.verdict !== 'offloaded') return proof;
  if (receiver === undefined || receiver.representor === undefined)
    return {
      ...proof,
      verdict: 'undetermined',
      share: undefined,
      why: 'what reached the receiver was not looked at',
    };
  const arrived = softwareGrowth(receiver, 'tx');
  if (arrived.packets === undefined)
    return {
      ...proof,
      verdict: 'undetermined',
      share: undefined,
      why: `whether ${receiver.dpu} hands it to the receiver in hardware: ${arrived.why}`,
    };
  const shown = evidence(arrived.source, `${arrived.packets} packets to the VF were sent by software`);
  if (arrived.packets <= SMALL_PART * sent) return { ...proof, evidence: [...proof.evidence, shown] };
  const share = Math.max(0, Math.min(proof.share ?? 0, 1 - arrived.packets / sent));
  return {
    ...proof,
    verdict: 'in-part',
    share,
    why: `${proof.dpu} forwards it in hardware, and ${receiver.dpu} hands ${percent(1 - share)} of it to the receiver in software`,
    evidence: [...proof.evidence, shown],
  };
}

/** What is known to be in software is told, even where the other direction can't be. */
function verdictOf(verdicts: readonly OffloadVerdict[]): OffloadVerdict {
  const all = (verdict: OffloadVerdict): boolean =>
    verdicts.length > 0 && verdicts.every((one) => one === verdict);
  const has = (verdict: OffloadVerdict): boolean => verdicts.includes(verdict);
  if (all('offloaded')) return 'offloaded';
  if (has('in-part') || (has('in-software') && has('offloaded'))) return 'in-part';
  if (has('in-software')) return 'in-software';
  return all('simulated') ? 'simulated' : 'undetermined';
}
