import type { Pod } from '../../cluster/pods.ts';
import { record, texts } from '../../json.ts';
import { oncePer } from './by-node.ts';
import { isAlive } from './vf-pods.ts';

/** What the control plane of OVN-Kubernetes writes to pods (its go-controller/pkg/util/pod_annotation.go). */
export const POD_NETWORKS = 'k8s.ovn.org/pod-networks';

/** A pod's addresses in the default network, without the lengths of their prefixes; why they can't be read; undefined where there are none. */
export function defaultAddresses({
  annotations,
}: Pod): { readonly addresses: readonly string[] } | { readonly why: string } | undefined {
  const text = annotations.get(POD_NETWORKS);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { why: 'it is no JSON' };
  }
  if (Object.keys(record(json)).length === 0) return { why: 'it names no network' };
  const network = record(record(json)['default']);
  const all = [...texts(network['ip_addresses']), ...texts([network['ip_address']])];
  return { addresses: [...new Set(all.map((address) => address.split('/', 1)[0] ?? ''))] };
}

/** A virtual machine that moves takes its address along: for a while two pods have it, and later a node that it is not of. */
export const keepsAddress = ({ name }: Pod): boolean => name.startsWith('virt-launcher-');

/** The pods of a cluster that live and have an address, by that. */
export const podsByAddress = oncePer((pods: readonly Pod[]) => {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (!isAlive(pod) || keepsAddress(pod)) continue;
    const told = defaultAddresses(pod);
    if (told === undefined || 'why' in told) continue;
    for (const address of told.addresses) found.set(address, [...(found.get(address) ?? []), pod]);
  }
  return found;
});
