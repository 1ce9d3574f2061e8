import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** A lab's files live here unless a caller says otherwise. */
export function defaultDirectory(name: string): string {
  if (!NAME.test(name)) throw new Error(`not a name for a lab: ${name}`);
  return path.join(os.tmpdir(), 'dpu-doctor-joint', name);
}

/** The state directory of the netns lab. */
export const netnsDirectory = (directory: string): string => path.join(directory, 'netns');

/** The directory of the Kubernetes lab, which the nodes see at the same path. */
export const clusterDirectory = (directory: string): string => path.join(directory, 'cluster');

export const nodeDirectory = (cluster: string, node: string): string => path.join(cluster, 'nodes', node);

/** Holds the mount namespace of a node's containerd and kubelet; the file says its process id. */
export const spaceFile = (nodeDirectory: string): string => path.join(nodeDirectory, 'pid');

/** A path of containerd's and kubelet's as this process can open it; an empty one stays empty. */
export async function inSpace(nodeDirectory: string, file: string): Promise<string> {
  const pid = (await readFile(spaceFile(nodeDirectory), 'utf8')).trim();
  return file === '' ? '' : path.join('/proc', pid, 'root', file);
}
