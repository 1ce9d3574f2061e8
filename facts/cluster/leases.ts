import { number, optionalText, record, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity } from './objects.ts';

/** A lease by which a DPU says that it serves its host: `ovn-dpu-<node>` (OVN-Kubernetes, docs dpu-support.md). */
export interface DpuLease extends ObjectIdentity {
  /** The host's name as a node. */
  readonly node: string;
  readonly holder: string;
  readonly durationSeconds: number | undefined;
  /** As it stands there: RFC 3339 where it is right. */
  readonly renewTime: string | undefined;
  /**
   * The API server's clock when the list was read, in milliseconds since 1970. Where the way to it does not tell, the
   * newest time at which leases of others than DPUs were renewed: kubelets renew theirs every ten seconds, so it can't be
   * much later. One that no other is near is of a clock that is wrong.
   */
  readonly readAt: number | undefined;
}

const PREFIX = 'ovn-dpu-';

export const leases = defineClusterFact({
  title: 'leases of DPUs',
  lists: { leases: { path: '/apis/coordination.k8s.io/v1/leases' } },
  parse(answers, at): readonly DpuLease[] {
    const all = namedObjects(answers.leases);
    const readAt = at.leases ?? clockBy(all);
    return all.flatMap(({ object, id }) => {
      if (!id.name.startsWith(PREFIX)) return [];
      const spec = record(object['spec']);
      return [
        {
          ...id,
          node: id.name.slice(PREFIX.length),
          holder: text(spec, 'holderIdentity'),
          durationSeconds: number(spec, 'leaseDurationSeconds'),
          renewTime: optionalText(spec, 'renewTime'),
          readAt,
        },
      ];
    });
  },
});

/** Two leases so near each other, in milliseconds, were renewed by the same time. */
const NEAR = 60_000;

function clockBy(leases: ReturnType<typeof namedObjects>): number | undefined {
  const times = leases
    .map(({ object, id }) => ({
      ofDpu: id.name.startsWith(PREFIX),
      time: Date.parse(text(record(object['spec']), 'renewTime')),
    }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((one, other) => other.time - one.time);
  const others = times.filter(({ ofDpu }) => !ofDpu);
  const agreed = others.find(({ time }, index) => time - (others[index + 1]?.time ?? -Infinity) <= NEAR);
  return (agreed ?? others[0] ?? times[0])?.time;
}
