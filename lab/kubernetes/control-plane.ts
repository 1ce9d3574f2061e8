import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { KubernetesApi } from './api.ts';
import type { Binaries } from './binaries.ts';
import { BATCH_OBJECTS, storeInBulk } from './bulk.ts';
import type { Authority } from './certificates.ts';
import { establishedDefinitions } from './crds.ts';
import type { Access } from './kubeconfig.ts';
import { pkiFile, writeCredentials } from './pki.ts';
import { startDaemon, waitForDaemon } from './processes.ts';

export interface ControlPlanePlan {
  directory: string;
  binaries: Binaries;
  authority: Authority;
  /** Where the API server listens. */
  address: string;
  etcdAddress: string;
  /** Further addresses by which the API server is reached; it listens on all addresses then. */
  furtherAddresses?: readonly string[];
  /** Runs a program where those addresses are, when put before it. */
  enter?: readonly string[];
  /** Whether kubelets and controllers are there, so that admission may count on them. */
  full: boolean;
}

export interface ControlPlane {
  access: Access;
  etcd: string;
  api: KubernetesApi;
}

export const SERVICE_SUBNET = '10.96.0.0/12';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What admission adds for controllers and kubelets; without those it would only be in the way of staged objects. */
const NEEDS_CONTROLLERS = ['ServiceAccount', 'TaintNodesByCondition'];

/** Starts etcd and kube-apiserver and returns when the API server is ready. */
export async function startControlPlane(plan: ControlPlanePlan): Promise<ControlPlane> {
  const { directory, authority, address } = plan;
  const admin = authority.issue({ commonName: 'kubernetes-admin', organization: 'system:masters' });
  const hosts = [
    address,
    ...(plan.furtherAddresses ?? []),
    '127.0.0.1',
    '10.96.0.1',
    'localhost',
    'kubernetes.default.svc',
  ];
  await Promise.all([
    writeCredentials(directory, 'apiserver', authority.issue({ commonName: 'kube-apiserver', hosts })),
    writeCredentials(
      directory,
      'apiserver-to-kubelet',
      authority.issue({ commonName: 'kube-apiserver', organization: 'system:masters' }),
    ),
    writeCredentials(directory, 'admin', admin),
  ]);
  const etcd = `http://${plan.etcdAddress}:2379`;
  const server = `https://${address}:6443`;
  await startEtcd(plan, etcd);
  await storeInBulk({ etcd }, establishedDefinitions());
  const apiserver = await startDaemon(directory, 'kube-apiserver', apiserverCommand(plan, etcd));
  const access: Access = { server, authority: authority.certificate, client: admin };
  const api = new KubernetesApi(access);
  // The namespaces that every cluster has are made after the API server has called itself ready.
  for (const path of ['/readyz', ...NAMESPACES.map((name) => `/api/v1/namespaces/${name}`)]) {
    await waitForDaemon(apiserver, async () => {
      const answer = await api.request('GET', path).catch(() => undefined);
      return answer?.status === 200;
    });
  }
  return { access, etcd, api };
}

async function startEtcd(
  { directory, etcdAddress, enter = [] }: ControlPlanePlan,
  etcd: string,
): Promise<void> {
  const data = await etcdDirectory(directory);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const peer = `http://${etcdAddress}:2380`;
  const daemon = await startDaemon(directory, 'etcd', [
    ...enter,
    'etcd',
    '--name=lab',
    `--data-dir=${data}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=lab=${peer}`,
    `--max-txn-ops=${BATCH_OBJECTS}`,
    '--logger=zap',
    '--log-level=warn',
  ]);
  await waitForDaemon(
    daemon,
    async () => (await fetch(`${etcd}/health`).catch(() => undefined))?.ok ?? false,
  );
}

/** In memory where the machine has a place for it: etcd waits for the disk at every write. */
export async function etcdDirectory(directory: string): Promise<string> {
  const memory = '/dev/shm';
  const there = await access(memory).then(
    () => true,
    () => false,
  );
  return there ? path.join(memory, directory.replaceAll('/', '-').slice(1)) : path.join(directory, 'etcd');
}

function apiserverCommand(plan: ControlPlanePlan, etcd: string): string[] {
  const { directory, binaries, address, furtherAddresses, enter = [], full } = plan;
  const file = (name: string) => pkiFile(directory, name);
  return [
    ...enter,
    binaries('kube-apiserver'),
    `--bind-address=${furtherAddresses === undefined ? address : '0.0.0.0'}`,
    // Nobody is told of it, but a loopback address would be refused.
    `--advertise-address=${address.replace(/^127\./, '10.')}`,
    '--secure-port=6443',
    `--etcd-servers=${etcd}`,
    `--cert-dir=${path.join(directory, 'pki')}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--kubelet-certificate-authority=${file('ca.crt')}`,
    `--kubelet-client-certificate=${file('apiserver-to-kubelet.crt')}`,
    `--kubelet-client-key=${file('apiserver-to-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--service-account-key-file=${file('service-account.pub')}`,
    `--service-cluster-ip-range=${SERVICE_SUBNET}`,
    '--authorization-mode=Node,RBAC',
    '--anonymous-auth=false',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    '--profiling=false',
    ...(full ? [] : [`--disable-admission-plugins=${NEEDS_CONTROLLERS.join(',')}`]),
  ];
}
