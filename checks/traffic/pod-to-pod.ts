import { reachCheck } from './reach.ts';

export const podToPod = reachCheck({
  id: 'traffic/pod-to-pod',
  title: 'pods of different nodes reach each other',
  description:
    'The way leads over both DPUs and the tunnel between them: it is what the whole plumbing is for.',
  covers: ['A62', 'D99'],
  docs: ['seed A L371-396', 'seed D L1236'],
});
