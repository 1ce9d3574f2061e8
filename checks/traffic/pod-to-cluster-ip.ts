import { reachCheck } from './reach.ts';

export const podToClusterIp = reachCheck({
  id: 'traffic/pod-to-cluster-ip',
  title: 'pods reach a service at its ClusterIP',
  description: 'Over TCP: a ClusterIP need not answer ping.',
  covers: ['D99'],
  docs: ['seed D L1236'],
});
