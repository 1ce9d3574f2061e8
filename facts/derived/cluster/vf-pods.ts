import type { NetworkAttachment } from '../../cluster/network-attachments.ts';
import type { Pod } from '../../cluster/pods.ts';
import { deviceCount } from '../../cluster/quantity.ts';
import { defaultNetwork } from '../chain/annotations.ts';
import { attachmentConfig, attachmentName, OVN_TYPE } from './vf-networks.ts';

/** It has a network of its own, and has not ended. */
export const isAlive = ({ hostNetwork, phase, deleting }: Pod): boolean =>
  !hostNetwork && !deleting && phase !== 'Succeeded' && phase !== 'Failed';

/** Also one that is on its way out, for the scheduler counts it until it is gone. */
export const holdsDevices = (pod: Pod): boolean => isAlive({ ...pod, deleting: false, hostNetwork: false });

/** States of a container before the pod's network is there, and while its image is fetched, too. */
const BEFORE = ['', 'waiting: ContainerCreating', 'waiting: PodInitializing'];

/**
 * Its network has been set up, whatever was refused before: kubelet says so since Kubernetes 1.29
 * (PodReadyToStartContainers), and no container gets on before that.
 */
export const hasNetwork = ({ conditions, containers }: Pod): boolean =>
  conditions.some(({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True') ||
  containers.some(({ state }) => !BEFORE.includes(state));

/** How many devices of a resource it asks for. */
export const requestOf = ({ devices }: Pod, resource: string): number => deviceCount(devices.get(resource));

/** The resources whose devices become the default network of pods: those that OVN-Kubernetes' attachments name. */
export const networkResources = (
  attachments: readonly NetworkAttachment[] | undefined,
): ReadonlySet<string> =>
  new Set(
    (attachments ?? []).flatMap((attachment) => {
      const config = attachmentConfig(attachment);
      return config.ok && config.type === OVN_TYPE ? (attachment.resourceName ?? []) : [];
    }),
  );

/** The attachment that a pod asks for as its default network; undefined where it asks for none, or for one that is not there. */
export function defaultAttachment(
  { annotations }: Pod,
  attachments: readonly NetworkAttachment[] | undefined,
): NetworkAttachment | undefined {
  const network = defaultNetwork(annotations);
  if (network === undefined) return undefined;
  const name = attachmentName(network);
  return attachments?.find((attachment) => attachmentName(attachment) === name);
}
