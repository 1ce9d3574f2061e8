import { reachCheck } from './reach.ts';

export const podToNode = reachCheck({
  id: 'traffic/pod-to-node',
  title: 'pods reach the node that they run on',
  description: 'Pods ask what runs on their node: its kubelet, its DNS cache.',
  covers: [],
  docs: ['https://ovn-kubernetes.io/design/topology/'],
});
