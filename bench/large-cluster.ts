import { randomUUID } from 'node:crypto';
import {
  type BluefieldPair,
  bluefieldCluster,
  type KubernetesLab,
  type KubernetesObject,
  storeInBulk,
  upKubernetesLab,
} from '../lab/kubernetes/index.ts';

/** With two nodes a pair, 15 pods with VFs and five of DaemonSets: 5,000 nodes and 50,000 pods, and the control plane's. */
export const LARGE = 2500;
/** A hundredth of it. */
export const SMALL = 25;
const PODS_PER_PAIR = 15;

/** A healthy cluster of some size, as the guide for BlueField-2 leaves it, in an API server without anything else. */
export interface StagedCluster {
  readonly lab: KubernetesLab;
  readonly nodes: number;
  readonly pods: number;
  /** How many objects there are of each kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Renews the leases, which run out while other things are measured. */
  renew(): Promise<void>;
}

/** Brings up an API server; see {@link stage}. */
export const upCluster = (name: string): Promise<KubernetesLab> => upKubernetesLab({ name });

/** Puts so many pairs of host and DPU into the cluster, over what is there already. */
export async function stage(lab: KubernetesLab, pairs: number): Promise<StagedCluster> {
  const objects = bluefieldCluster({ pairs: Array.from({ length: pairs }, (_, index) => pairOf(index)) });
  identify(objects);
  await storeInBulk(lab, objects);
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const leases = objects.filter(({ kind }) => kind === 'Lease');
  return {
    lab,
    kinds,
    nodes: kinds.get('Node') ?? 0,
    pods: kinds.get('Pod') ?? 0,
    async renew() {
      const renewTime = new Date().toISOString().replace('Z', '000Z');
      await storeInBulk(
        lab,
        leases.map((lease) => ({ ...lease, spec: { ...(lease.spec as object), renewTime } })),
      );
    },
  };
}

function pairOf(index: number): BluefieldPair {
  const address = (network: number) => `172.${network}.${index >> 8}.${index & 0xff}`;
  return {
    host: `host-${index}`,
    hostAddress: address(16),
    dpu: `dpu-${index}`,
    dpuAddress: address(20),
    subnet: `10.${64 + (index >> 8)}.${index & 0xff}`,
    pods: Array.from({ length: PODS_PER_PAIR }, (_, pod) => `app-${index}-${pod}`),
  };
}

/** Gives objects their uids, and owned ones those of their owners: an API server that is passed by does neither. */
function identify(objects: readonly KubernetesObject[]): void {
  const key = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace}/${name}`;
  const uids = new Map<string, string>();
  for (const { kind, metadata } of objects) {
    const uid = randomUUID();
    metadata['uid'] = uid;
    uids.set(key(kind, metadata.namespace, metadata.name), uid);
  }
  for (const { metadata } of objects) {
    for (const owner of metadata.ownerReferences ?? []) {
      const uid = uids.get(key(owner.kind, metadata.namespace, owner.name));
      if (uid !== undefined) owner.uid = uid;
    }
  }
}
