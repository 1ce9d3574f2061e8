import { reachCheck } from './reach.ts';

export const podToGateway = reachCheck({
  id: 'traffic/pod-to-gateway',
  title: 'pods reach the next hop outside of the cluster',
  description: 'All that pods ask of the world takes this way, over the uplink of the DPU.',
  covers: [],
  docs: ['seed A L109'],
});
