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
}

const PREFIX = 'ovn-dpu-';

export const leases = defineClusterFact({
  title: 'leases of DPUs',
  lists: { leases: { path: '/apis/coordination.k8s.io/v1/leases' } },
  parse: (answers): readonly DpuLease[] =>
    namedObjects(answers.leases).flatMap(({ object, id }) => {
      if (!id.name.startsWith(PREFIX)) return [];
      const spec = record(object['spec']);
      return [
        {
          ...id,
          node: id.name.slice(PREFIX.length),
          holder: text(spec, 'holderIdentity'),
          durationSeconds: number(spec, 'leaseDurationSeconds'),
          renewTime: optionalText(spec, 'renewTime'),
        },
      ];
    }),
});
