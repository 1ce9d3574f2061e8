import type { Check } from './define.ts';
import { physfnLinks } from './sriov/physfn-links.ts';

/** Every check, in the order in which reports show them. */
export const CHECKS: readonly Check[] = [physfnLinks];
