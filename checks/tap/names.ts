import { numbersBelow } from '../../facts/derived/veth.ts';

/** The two TAPs that stand for a VF and its representor, and the bridge that joins them (seed S L20-24). */
export interface TapPair {
  readonly bridge: string;
  /** tap2-vf0-i, which the DPU has, and tap2-vf0-t, which the host has. */
  readonly taps: readonly [infra: string, tenant: string];
}

export const tapPairs = (nodes: readonly string[], vfs: number): readonly TapPair[] =>
  nodes.flatMap((node) =>
    numbersBelow(vfs).map(
      (vf): TapPair => ({
        bridge: `br${node}-vf${vf}`,
        taps: [`tap${node}-vf${vf}-i`, `tap${node}-vf${vf}-t`],
      }),
    ),
  );
