import type { NetworkAttachment } from '../../cluster/network-attachments.ts';
import { type JsonRecord, optionalText, record, records, text } from '../../json.ts';

/** The CNI plugin of OVN-Kubernetes. */
export const OVN_TYPE = 'ovn-k8s-cni-overlay';

/** The configuration that a NetworkAttachmentDefinition holds, as far as it tells whose network it is. */
export type AttachmentConfig =
  | { readonly ok: false; readonly why: string }
  | {
      readonly ok: true;
      readonly type: string;
      readonly name: string;
      /** Empty for OVN-Kubernetes' default network (its go-controller/pkg/cni/config). */
      readonly topology: string;
    };

/** Reads one configuration, or a list of them, of which OVN-Kubernetes takes the one plugin. Total. */
export function attachmentConfig({ config }: Pick<NetworkAttachment, 'config'>): AttachmentConfig {
  if (config.trim() === '') return { ok: false, why: 'its spec.config is empty' };
  let json: unknown;
  try {
    json = JSON.parse(config);
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
  const whole: JsonRecord = record(json);
  const plugin = records(whole['plugins'])[0] ?? whole;
  const type = optionalText(plugin, 'type');
  if (type === undefined) return { ok: false, why: 'it names no type' };
  return {
    ok: true,
    type,
    name: optionalText(whole, 'name') ?? text(plugin, 'name'),
    topology: text(plugin, 'topology'),
  };
}

/** It attaches pods to the default network by OVN-Kubernetes. */
export const isOvnDefault = (config: AttachmentConfig): boolean =>
  config.ok && config.type === OVN_TYPE && config.topology === '';

export const attachmentName = ({ namespace, name }: Pick<NetworkAttachment, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** Without the prefix: `mlnx_sriov_cx6` of `mellanox.com/mlnx_sriov_cx6`. */
export const bareResource = (resource: string): string => resource.slice(resource.indexOf('/') + 1);
