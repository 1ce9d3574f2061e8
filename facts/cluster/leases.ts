import { type JsonRecord, number, optionalText, record, text } from '../json.ts';
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
   * newest time at which any lease was renewed: kubelets renew theirs every ten seconds, so it can't be much later.
   */
  readonly readAt: number | undefined;
}

const PREFIX = 'ovn-dpu-';

export const leases = defineClusterFact({
  title: 'leases of DPUs',
  lists: { leases: { path: '/apis/coordination.k8s.io/v1/leases' } },
  parse(answers, at): readonly DpuLease[] {
    const all = namedObjects(answers.leases);
    const readAt = at.leases ?? newest(all.map(({ object }) => object));
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

function newest(leases: readonly JsonRecord[]): number | undefined {
  const times = leases
    .map((lease) => Date.parse(text(record(lease['spec']), 'renewTime')))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : times.reduce((one, other) => Math.max(one, other));
}
