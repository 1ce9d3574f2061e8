import type { BluefieldOptions } from './bluefield/options.ts';
import { planBluefield } from './bluefield/plan.ts';
import { startBluefield } from './bluefield/start.ts';
import type { NetnsLab } from './lab.ts';
import type { Plan } from './plan.ts';
import { planTap, type TapOptions } from './tap/plan.ts';
import { startTap } from './tap/start.ts';
import { planVeth, type VethOptions } from './veth/plan.ts';

export type TopologyOptions =
  | ({ topology: 'bluefield' } & BluefieldOptions)
  | ({ topology: 'veth' } & VethOptions)
  | ({ topology: 'tap' } & TapOptions);

export function planTopology(options: TopologyOptions): Plan {
  switch (options.topology) {
    case 'bluefield':
      return planBluefield(options);
    case 'veth':
      return planVeth(options);
    case 'tap':
      return planTap(options);
  }
}

/** Starts what runs on the nodes once they are up. */
export async function startTopology(lab: NetnsLab, options: TopologyOptions): Promise<void> {
  if (options.topology === 'bluefield') await startBluefield(lab, options);
  if (options.topology === 'tap') await startTap(lab, options);
}
