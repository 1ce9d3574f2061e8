import { reachCheck } from './reach.ts';

export const nodeToPod = reachCheck({
  id: 'traffic/node-to-pod',
  title: 'nodes reach pods',
  description:
    'The kubelet probes pods from its node; where this fails, pods are restarted for no fault of theirs.',
  covers: [],
  docs: ['https://ovn-kubernetes.io/design/topology/'],
});
