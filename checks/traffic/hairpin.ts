import { reachCheck } from './reach.ts';

export const hairpin = reachCheck({
  id: 'traffic/hairpin',
  title: 'a pod reaches itself through its own service',
  description: 'The packet leaves the pod and comes back to it, with addresses changed on the way.',
  covers: [],
  docs: ['https://ovn-kubernetes.io/design/topology/'],
});
