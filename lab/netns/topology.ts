import type { BluefieldOptions } from './bluefield/options.ts';
import { planBluefield } from './bluefield/plan.ts';
import { startBluefield } from './bluefield/start.ts';
import type { NetnsLab } from './lab.ts';
import type { Plan } from './plan.ts';

export type TopologyOptions = { topology: 'bluefield' } & BluefieldOptions;

export function planTopology(options: TopologyOptions): Plan {
  return planBluefield(options);
}

/** Starts what runs on the nodes once they are up. */
export async function startTopology(lab: NetnsLab, options: TopologyOptions): Promise<void> {
  await startBluefield(lab, options);
}
