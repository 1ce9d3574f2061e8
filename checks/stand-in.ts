import type { Check } from './define.ts';

/** What a check declares, but for its texts and its judge. */
export type Outline = Readonly<Record<string, unknown>> & { readonly id: string };

/**
 * Stands for a check of which it is known that nothing can be planned: it is counted, selected and told like the check,
 * and has nothing to load. Judging it would be a fault, and is reported as one.
 */
export const standIn = (outline: Outline): Check =>
  ({
    description: '',
    docs: [],
    messages: {},
    ...outline,
    judge: () => {
      throw new Error(`${outline.id} was judged where no cluster is named, and was not loaded`);
    },
    // The outline is that of a check, made by scripts/without-cluster.ts.
  }) as unknown as Check;
