import { reachCheck } from './reach.ts';

export const podToOtherNode = reachCheck({
  id: 'traffic/pod-to-other-node',
  title: 'pods reach other nodes',
  description: 'Services whose pods share the network of a node are reached this way.',
  covers: ['D103'],
  docs: ['seed D L1291-1293'],
});
