import { reachCheck } from './reach.ts';

export const podToNodePort = reachCheck({
  id: 'traffic/pod-to-node-port',
  title: 'pods reach a service at a NodePort',
  description: 'Over TCP, at the port that every node opens for the service.',
  covers: ['D98'],
  docs: ['seed D L1233'],
});
