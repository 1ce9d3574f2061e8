import path from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Authority } from './certificates.ts';
import { type Access, writeKubeconfig } from './kubeconfig.ts';
import { pkiFile } from './pki.ts';
import { startDaemon } from './processes.ts';

/** Starts kube-controller-manager and kube-scheduler, which listen on a loopback address. */
export async function startControllers(
  directory: string,
  binaries: Binaries,
  authority: Authority,
  access: Access,
  address: string,
  enter: readonly string[] = [],
): Promise<void> {
  const start = async (program: string, port: number, ...options: string[]) => {
    const client = authority.issue({ commonName: `system:${program}` });
    const kubeconfig = path.join(directory, `${program}.kubeconfig`);
    await writeKubeconfig(kubeconfig, program, { ...access, client });
    await startDaemon(directory, program, [
      ...enter,
      binaries(program),
      `--kubeconfig=${kubeconfig}`,
      `--bind-address=${address}`,
      `--secure-port=${port}`,
      '--port=0',
      '--leader-elect=false',
      `--cert-dir=${path.join(directory, 'pki')}`,
      ...options,
    ]);
  };
  await Promise.all([
    start(
      'kube-controller-manager',
      10257,
      `--service-account-private-key-file=${pkiFile(directory, 'service-account.key')}`,
      `--root-ca-file=${pkiFile(directory, 'ca.crt')}`,
      '--use-service-account-credentials=true',
    ),
    start('kube-scheduler', 10259),
  ]);
}
