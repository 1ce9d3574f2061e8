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

/**
 * The interfaces that a machine's VFs are inside of it, in the order of their numbers: libvirt puts seven functions into a
 * slot, so that after enp2s0f1 to enp2s0f7 comes enp3s0f1. Empty where VF 0 has a name of another form.
 * Source: https://github.com/Billy99/dpu-software/blob/main/docs/create-remaining-vms.md
 */
export function guestNames(vf0: string, vfs: number): readonly string[] {
  const [, prefix = '', bus, slot = ''] = /^([a-z]+)(\d{1,3})(s\d+f)1$/.exec(vf0) ?? [];
  if (bus === undefined) return [];
  return numbersBelow(vfs).map((vf) => `${prefix}${Number(bus) + Math.floor(vf / 7)}${slot}${1 + (vf % 7)}`);
}
