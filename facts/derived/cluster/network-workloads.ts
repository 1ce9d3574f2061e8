import type { ContainerTemplate } from '../../cluster/containers.ts';
import type { Workload } from '../../cluster/workloads.ts';

/** The last part of an image's name, without tag and digest: `multus-cni` of `ghcr.io/x/multus-cni:v4`. */
export const imageName = (image: string): string => {
  const [path = ''] = image.split('@', 1);
  return (path.split('/').at(-1) ?? '').split(':', 1)[0] ?? '';
};

const isDaemonSet = ({ kind }: Workload): boolean => kind === 'DaemonSet';

/** Containers and images as upstream, OpenShift and RKE2 name them; the DaemonSet's own name may be anything. */
const isMultusContainer = ({ name, image }: ContainerTemplate): boolean =>
  /^kube-(?:rke2-)?multus$/.test(name) || /^(?:hardened-)?multus(?:-cni|-thick)?$/.test(imageName(image));

const isDevicePluginContainer = ({ name, image }: ContainerTemplate): boolean =>
  /^(?:kube-sriovdp|sriov-device-plugin)$/.test(name) ||
  /^(?:sriov-(?:network-)?device-plugin|dpu-sim-(?:dp|device-plugin))$/.test(imageName(image));

/** The DaemonSets that put Multus on nodes. */
export const multusSets = (workloads: readonly Workload[]): readonly Workload[] =>
  workloads.filter((workload) => isDaemonSet(workload) && workload.containers.some(isMultusContainer));

/** Those of the SR-IOV device plugin, and of the one that dpu-simulator has in its place (deploy/device-plugin). */
export const devicePluginSets = (workloads: readonly Workload[]): readonly Workload[] =>
  workloads.filter(
    (workload) =>
      isDaemonSet(workload) &&
      (workload.name === 'dpu-sim-device-plugin' || workload.containers.some(isDevicePluginContainer)),
  );

/** ConfigMaps that the device plugin has to mount; `known` where what it mounts shows at all. */
export const mountedConfigurations = (workloads: readonly Workload[]) =>
  devicePluginSets(workloads)
    // dpu-simulator's needs no configuration.
    .filter(
      ({ name, containers }) => !/dpu-sim/.test([name, ...containers.map(({ image }) => image)].join(' ')),
    )
    .map((workload) => ({
      workload,
      known: workload.volumes.length > 0,
      maps: workload.volumes.flatMap((volume) => /^configMap (.*sriov.*)$/.exec(volume)?.[1] ?? []),
    }));

/** SR-IOV device plugin, --resource-prefix: what stands before a resource's name unless its entry says otherwise. */
export const DEFAULT_PREFIX = 'intel.com';

/** The prefix that the device plugin is told on its command line. */
export function prefixOf(workloads: readonly Workload[]): string {
  for (const { command, args } of devicePluginSets(workloads).flatMap(({ containers }) => containers)) {
    const words = [...command, ...args];
    for (const [index, word] of words.entries()) {
      const [, value] = /^--?resource-prefix(?:=(.*))?$/s.exec(word) ?? [word];
      if (/^--?resource-prefix(?:=|$)/.test(word)) return value ?? words[index + 1] ?? DEFAULT_PREFIX;
    }
  }
  return DEFAULT_PREFIX;
}
