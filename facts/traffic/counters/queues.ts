import * as read from '../../json.ts';

/** What a device's root queueing discipline dropped. */
export interface QueueDrops {
  readonly kind: string;
  readonly packets: number;
}

/** `tc -j -s qdisc show`, by device; empty where tc is not there or prints no JSON. */
export function queueDrops(text: string): ReadonlyMap<string, QueueDrops> {
  return new Map(
    read.records(parsed(text)).flatMap((queue): [string, QueueDrops][] => {
      const packets = read.number(queue, 'drops');
      if (queue['root'] !== true || packets === undefined) return [];
      return [[read.text(queue, 'dev'), { kind: read.text(queue, 'kind'), packets }]];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}

/** What was dropped between two readings, without the devices where that was nothing. */
export const grownDrops = (
  earlier: ReadonlyMap<string, QueueDrops>,
  later: ReadonlyMap<string, QueueDrops>,
): ReadonlyMap<string, QueueDrops> =>
  new Map(
    [...later].flatMap(([device, { kind, packets }]): [string, QueueDrops][] => {
      const more = packets - (earlier.get(device)?.packets ?? 0);
      return more > 0 ? [[device, { kind, packets: more }]] : [];
    }),
  );
