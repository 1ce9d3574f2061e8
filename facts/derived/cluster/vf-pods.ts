import type { NetworkAttachment } from '../../cluster/network-attachments.ts';
import type { Pod } from '../../cluster/pods.ts';
import { defaultNetwork } from '../chain/annotations.ts';
import { attachmentConfig, attachmentName, OVN_TYPE } from './vf-networks.ts';

/** It has a network of its own, and has not ended. */
export const isAlive = ({ hostNetwork, phase, deleting }: Pod): boolean =>
  !hostNetwork && !deleting && phase !== 'Succeeded' && phase !== 'Failed';

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

const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, Ki: 2 ** 10, Mi: 2 ** 20 };

/** A quantity of whole devices: the API server writes 1000 as `1k`. What is absent, or no such quantity, is 0. */
export function deviceCount(quantity: string | undefined): number {
  const [, digits = '', suffix = ''] = /^(\d{1,9}(?:e\d)?)(k|M|Ki|Mi)?$/.exec(quantity ?? '') ?? [];
  return digits === '' ? 0 : Number(digits) * (MULTIPLES[suffix] ?? 0);
}

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
