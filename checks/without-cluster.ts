import type { Check } from './define.ts';
import { CHECKS } from './index.ts';

/**
 * The catalogue for a run that names no cluster and sends no traffic: nothing can be planned there that asks a cluster.
 * From source all of these checks are loaded; the build puts stand-ins for those that ask one here, so that nothing loads
 * them (scripts/without-cluster.ts).
 */
export const CHECKS_WITHOUT_CLUSTER: readonly Check[] = CHECKS.filter(({ scope }) => scope !== 'path');
