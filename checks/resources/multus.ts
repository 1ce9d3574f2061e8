import { multusSets } from '../../facts/derived/cluster/network-workloads.ts';
import { runsOnHost } from './runs-on-host.ts';

export const multus = runsOnHost({
  id: 'resources/multus',
  title: 'Multus runs on the DPU host, and where else it is placed',
  description:
    'Multus asks OVN-Kubernetes for the network of each pod, and hands on which VF the device plugin gave it. Where it does not run, no pod starts.',
  tags: ['cluster', 'multus'],
  covers: ['A4', 'A55'],
  docs: ['seed A L8', 'seed A L286'],
  what: 'Multus',
  alsoOn: ['dpu', 'control-plane', 'worker'],
  sets: multusSets,
});
