import { defineFact } from './fact.ts';
import { paths } from './sources.ts';

/** Signs of NVIDIA's DOCA Platform Framework on a node: the log directories that kubelet keeps for its pods. */
export const dpf = defineFact({
  title: 'pods of the DOCA Platform Framework',
  sources: { pods: paths('/var/log/pods/dpf-operator-system_*') },
  parse: ({ pods }): readonly string[] => [...pods].sort(),
});
