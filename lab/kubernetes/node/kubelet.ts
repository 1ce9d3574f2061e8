import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KubernetesApi } from '../api.ts';
import type { Authority } from '../certificates.ts';
import { type Access, writeKubeconfig } from '../kubeconfig.ts';
import type { KubernetesObject } from '../objects.ts';
import { pkiFile, writeCredentials } from '../pki.ts';
import { startDaemon, waitForDaemon } from '../processes.ts';
import { containerdSocket } from './containerd.ts';
import type { NodePlan } from './plan.ts';

/** Starts the node's kubelet and waits until the node is Ready. */
export async function startKubelet(
  node: NodePlan,
  authority: Authority,
  access: Access,
  api: KubernetesApi,
): Promise<void> {
  const { name, address, labDirectory, directory, enter } = node;
  const certificate = `kubelet-${name}`;
  const identity = authority.issue({
    commonName: `system:node:${name}`,
    organization: 'system:nodes',
    hosts: [name, address],
  });
  await writeCredentials(labDirectory, certificate, identity);
  const kubeconfig = path.join(directory, 'kubelet.kubeconfig');
  await writeKubeconfig(kubeconfig, name, { ...access, client: identity });
  const resolvConf = path.join(directory, 'resolv.conf');
  await writeFile(resolvConf, '');
  const file = path.join(directory, 'kubelet.json');
  await writeFile(file, JSON.stringify(configuration(node, certificate, resolvConf), null, 1));
  const daemon = await startDaemon(labDirectory, certificate, [
    ...enter,
    node.kubelet,
    `--config=${file}`,
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${name}`,
    `--node-ip=${address}`,
    '--container-runtime=remote',
    `--container-runtime-endpoint=unix://${containerdSocket(node)}`,
    `--cert-dir=${directory}`,
  ]);
  await waitForDaemon(daemon, async () => isReady(await api.request('GET', `/api/v1/nodes/${name}`)));
}

function isReady({ status, body }: { status: number; body: unknown }): boolean {
  if (status !== 200) return false;
  const { conditions } = (body as KubernetesObject).status as {
    conditions?: { type: string; status: string }[];
  };
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function configuration(node: NodePlan, certificate: string, resolvConf: string) {
  const { labDirectory, address, cgroup } = node;
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pkiFile(labDirectory, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pkiFile(labDirectory, `${certificate}.crt`),
    tlsPrivateKeyFile: pkiFile(labDirectory, `${certificate}.key`),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    healthzPort: 0,
    makeIPTablesUtilChains: false,
    resolvConf,
    // The machine's disk is not the lab's to tidy up.
    evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '2s',
    runtimeRequestTimeout: '1m0s',
    syncFrequency: '5s',
  };
}
