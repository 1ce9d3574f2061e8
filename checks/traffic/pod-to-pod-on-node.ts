import { reachCheck } from './reach.ts';

export const podToPodOnNode = reachCheck({
  id: 'traffic/pod-to-pod-on-node',
  title: 'pods of one node reach each other',
  description: 'Nothing but the DPU of that node lies between them: where this fails, no tunnel is to blame.',
  covers: [],
  docs: ['https://ovn-kubernetes.io/design/topology/'],
});
