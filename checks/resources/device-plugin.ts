import { devicePluginSets } from '../../facts/derived/cluster/network-workloads.ts';
import { runsOnHost } from './runs-on-host.ts';

export const devicePlugin = runsOnHost({
  id: 'resources/device-plugin',
  title: 'the SR-IOV device plugin runs on the DPU host',
  description:
    'The device plugin tells kubelet which VFs there are. Where it does not run, the node has none to give, and pods that ask for them stay Pending.',
  tags: ['cluster', 'device-plugin'],
  covers: ['A3', 'A60'],
  docs: ['seed A L7', 'seed A L355'],
  what: 'the SR-IOV device plugin',
  sets: devicePluginSets,
});
