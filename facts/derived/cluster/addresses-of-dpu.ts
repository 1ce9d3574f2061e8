import type { ClusterNode } from '../../cluster/nodes.ts';
import { record, texts } from '../../json.ts';

const ENCAP = 'k8s.ovn.org/node-encap-ips';
const GATEWAY = 'k8s.ovn.org/l3-gateway-config';

/**
 * The addresses at which a DPU host's tunnels and gateway are, each with the annotation that says so. They are its DPU's:
 * ovnkube there speaks for the host, and writes its own to the host's node object.
 */
export function addressesOfDpu(host: ClusterNode): ReadonlyMap<string, string> {
  const gateway = record(record(jsonOf(host, GATEWAY))['default']);
  return new Map([
    ...texts(gateway['ip-addresses']).map((address) => [withoutPrefix(address), GATEWAY] as const),
    ...texts(jsonOf(host, ENCAP)).map((address) => [withoutPrefix(address), ENCAP] as const),
  ]);
}

/** What an annotation holds; undefined where it is no JSON, of which the check that reads it tells. */
export function jsonOf({ annotations }: ClusterNode, annotation: string): unknown {
  try {
    return JSON.parse(annotations.get(annotation) ?? 'null');
  } catch {
    return undefined;
  }
}

/** An address without the length of its prefix; empty where it is none. */
export const withoutPrefix = (address: unknown): string =>
  typeof address === 'string' ? (address.split('/')[0] ?? '') : '';
