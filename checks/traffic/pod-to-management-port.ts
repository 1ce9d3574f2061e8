import { reachCheck } from './reach.ts';

export const podToManagementPort = reachCheck({
  id: 'traffic/pod-to-management-port',
  title: 'pods reach the management port of their node',
  description: 'OVN-Kubernetes reaches pods through it, for health checks among others.',
  covers: [],
  docs: ['https://ovn-kubernetes.io/design/topology/'],
});
