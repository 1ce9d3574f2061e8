import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { must, run } from '../../netns/run.ts';
import { startDaemon, waitForDaemon } from '../processes.ts';
import { SANDBOX_IMAGE } from './images.ts';
import type { NodePlan } from './plan.ts';

export const containerdSocket = ({ directory }: NodePlan): string => path.join(directory, 'containerd.sock');

/** Starts the node's containerd and gives it its images. */
export async function startContainerd(node: NodePlan): Promise<void> {
  const { labDirectory, directory, name, enter, images } = node;
  const cni = path.join(directory, 'cni');
  await mkdir(cni, { recursive: true });
  await writeFile(path.join(cni, '10-lab.conflist'), JSON.stringify(node.cni));
  const file = path.join(directory, 'containerd.toml');
  await writeFile(file, configuration(node, cni));
  const command = [...enter, 'containerd', '--config', file];
  const daemon = await startDaemon(labDirectory, `containerd-${name}`, command);
  const ctr = ['ctr', '--address', containerdSocket(node), '--namespace', 'k8s.io'];
  await waitForDaemon(daemon, async () => (await run([...ctr, 'version'])).exitCode === 0);
  await must([...enter, ...ctr, 'images', 'import', images]);
}

function configuration(node: NodePlan, cni: string): string {
  const { directory } = node;
  const text = (value: string) => JSON.stringify(value);
  const runc = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc`;
  return [
    'version = 2',
    `root = ${text(path.join(directory, 'containerd/root'))}`,
    `state = ${text(path.join(directory, 'containerd/state'))}`,
    '[grpc]',
    `address = ${text(containerdSocket(node))}`,
    '[plugins."io.containerd.grpc.v1.cri"]',
    `sandbox_image = ${text(SANDBOX_IMAGE)}`,
    // Not every machine lets root lower a process's OOM score.
    'restrict_oom_score_adj = true',
    'netns_mounts_under_state_dir = true',
    'disable_apparmor = true',
    '[plugins."io.containerd.grpc.v1.cri".cni]',
    'bin_dir = "/usr/lib/cni"',
    `conf_dir = ${text(cni)}`,
    `${runc}]`,
    'runtime_type = "io.containerd.runc.v2"',
    `${runc}.options]`,
    `Root = ${text(path.join(directory, 'runc'))}`,
    '',
  ].join('\n');
}
