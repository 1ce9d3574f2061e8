import { goesOnAs } from './connection-flows.ts';
import type { FlowGrowth } from './growth.ts';

/** What the flows counted, over all passes of a packet through the datapath. */
export interface Counted {
  /** Packets that were in the hardware in each of their passes. */
  readonly hardware: number;
  /** Packets that were in software in at least one of them. */
  readonly software: number;
  /** Flows of one of the passes send packets on, and no flow takes them: under these recirculation ids. */
  readonly missing: readonly number[];
}

/**
 * A packet that connection tracking looks at passes the datapath more than once: ct(…),recirc(0x2) and then the flow of
 * recirc_id(0x2). Only where all its passes are in the hardware, the hardware forwards it.
 */
export function countPasses(flows: readonly FlowGrowth[]): Counted {
  const seen = new Set([0]);
  let ids = new Set([0]);
  let ended = 0;
  let hardware = Number.POSITIVE_INFINITY;
  let software = 0;
  while (ids.size > 0) {
    const pass = flows.filter(({ flow }) => ids.has(flow.recircId));
    const taken = new Set(pass.map(({ flow }) => flow.recircId));
    const missing = [...ids].filter((id) => !taken.has(id));
    // Only some of the ids may be of this connection: then the others have no flow.
    if (taken.size === 0) return { hardware: ended, software, missing };
    hardware = Math.min(hardware, ended + sum(pass, 'hardware'));
    software = Math.max(software, sum(pass, 'software'));
    ended += sum(
      pass.filter((one) => next(one).length === 0),
      'hardware',
    );
    ids = new Set(
      pass
        .filter((one) => one.hardware + one.software > 0)
        .flatMap(next)
        .filter((id) => !seen.has(id)),
    );
    for (const id of ids) seen.add(id);
  }
  return { hardware, software, missing: [] };
}

const next = ({ actions }: FlowGrowth): readonly number[] => [...actions].flatMap(goesOnAs);

const sum = (flows: readonly FlowGrowth[], what: 'hardware' | 'software'): number =>
  flows.reduce((total, flow) => total + flow[what], 0);
