import { existsSync } from 'node:fs';
import path from 'node:path';
import { lease } from '../../kubernetes/clusters/nodes.ts';
import { NAMESPACE } from '../../kubernetes/clusters/ovn.ts';
import type { KubernetesApi } from '../../kubernetes/index.ts';
import { nodeDirectory } from '../state.ts';

/** OVN-Kubernetes' defaults. */
const DURATION_SECONDS = 40;
const RENEW_MS = 10_000;

/** While this file is there, the lease of the host's DPU is not renewed. */
export const leaseStopped = (cluster: string, host: string): string =>
  path.join(nodeDirectory(cluster, host), 'lease-stopped');

/** The lease by which a DPU tells the cluster that it lives. */
export const dpuLease = (host: string, renewed: Date) =>
  lease(`${NAMESPACE}/ovn-dpu-${host}`, 'ovnkube-dpu-node', DURATION_SECONDS, renewed);

/** Renews the leases of the hosts' DPUs, as ovnkube on each DPU does. */
export function renewLeases(api: KubernetesApi, cluster: string, hosts: readonly string[]): void {
  setInterval(() => {
    for (const host of hosts.filter((host) => !existsSync(leaseStopped(cluster, host)))) {
      const { spec, ...identity } = dpuLease(host, new Date());
      // The next renewal comes before the lease runs out.
      api.patch(identity, { spec }).catch((error: Error) => console.error(error.message));
    }
  }, RENEW_MS);
}
