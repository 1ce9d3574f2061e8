import { copyFile, link } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { type Binaries, findBinaries, WHOLE_CLUSTER } from '../kubernetes/binaries.ts';
import { startControlPlane } from '../kubernetes/control-plane.ts';
import { startControllers } from '../kubernetes/controllers.ts';
import { KubernetesLab } from '../kubernetes/index.ts';
import { writeKubeconfig } from '../kubernetes/kubeconfig.ts';
import { writeImages } from '../kubernetes/node/images.ts';
import { makeAuthority } from '../kubernetes/pki.ts';
import { startDaemon } from '../kubernetes/processes.ts';
import { makeDirectories, writeState } from '../kubernetes/state.ts';
import {
  type BluefieldOptions,
  CONTROL_PLANE,
  CONTROL_PLANE_ADDRESS,
  pairsOf,
} from '../netns/bluefield/options.ts';
import { upNetnsLab } from '../netns/index.ts';
import { joinCluster } from './kubelet.ts';
import { JointLab, type JointLabOptions } from './lab.ts';
import {
  createObjects,
  describedCluster,
  describeNodes,
  waitForPlacement,
  waitForWorkloads,
} from './objects.ts';
import { removeJointLab } from './remove.ts';
import { clusterDirectory, defaultDirectory, netnsDirectory } from './state.ts';
import { imagesOf } from './workloads.ts';

/** Brings a lab up, after taking down what an earlier one of the same name left. */
export async function upJointLab(options: JointLabOptions): Promise<JointLab> {
  const directory = options.stateDir ?? defaultDirectory(options.name);
  await removeJointLab(directory);
  try {
    return await build(directory, options);
  } catch (error) {
    await removeJointLab(directory);
    throw error;
  }
}

async function build(root: string, options: JointLabOptions): Promise<JointLab> {
  const { name, pairs = 2, progress = () => {} } = options;
  const directory = clusterDirectory(root);
  await makeDirectories(directory);
  const binaries = await findAndShare(directory, progress);
  const bluefield: BluefieldOptions = {
    pairs,
    plugged: false,
    shared: directory,
    kubelet: false,
    ovnkube: { host: { running: false }, dpu: { running: false } },
  };
  const described = describedCluster(bluefield);
  const [nodes, images, authority] = await Promise.all([
    upNetnsLab({ name, stateDir: netnsDirectory(root), topology: 'bluefield', ...bluefield }),
    imagesOf(described).then((further) => writeImages(directory, further)),
    makeAuthority(directory),
  ]);
  progress('the nodes are up');

  const central = nodes.node(CONTROL_PLANE);
  const enter = ['nsenter', `--net=/run/netns/${central.netns}`];
  const { access, etcd, api } = await startControlPlane({
    directory,
    binaries,
    authority,
    address: central.address,
    etcdAddress: central.address,
    furtherAddresses: [CONTROL_PLANE_ADDRESS],
    enter,
    full: true,
  });
  await writeKubeconfig(path.join(directory, 'admin.kubeconfig'), name, access);
  await startControllers(directory, binaries, authority, access, '127.0.0.1', enter);
  progress('the API server is up');

  const { index } = nodes.state;
  const state = { name, index, server: access.server, etcd, nodes: [] };
  await writeState(directory, state);
  const ovnkube = path.join(import.meta.dirname, 'network/main.ts');
  await startDaemon(directory, 'ovnkube', [process.execPath, ovnkube, root]);
  // The nodes reach it by the network that the guide has for it.
  const cluster = {
    directory,
    index,
    binaries,
    authority,
    access: { ...access, server: `https://${CONTROL_PLANE_ADDRESS}:6443` },
    api,
  };
  const addresses: [string, string][] = [
    [CONTROL_PLANE, CONTROL_PLANE_ADDRESS],
    ...pairsOf(bluefield).flatMap(({ host, hostAddress, dpu, dpuAddress }): [string, string][] => [
      [host, hostAddress],
      [dpu, dpuAddress],
    ]),
  ];
  const hosts = pairsOf(bluefield).map(({ host }) => host);
  const [joined] = await Promise.all([
    Promise.all(addresses.map(([node, address]) => joinCluster(cluster, nodes.node(node), address, images))),
    createObjects(api, described, hosts),
  ]);
  progress('all nodes are Ready');
  await describeNodes(api, described, nodes);
  await waitForPlacement(api, described);
  await waitForWorkloads(api);
  await writeState(directory, { ...state, nodes: joined });
  return new JointLab(root, nodes, new KubernetesLab(directory, { ...state, nodes: joined }, access));
}

/** kubelet runs inside the nodes, which see nothing of the machine but the lab's own directory. */
async function findAndShare(directory: string, progress: (line: string) => void): Promise<Binaries> {
  const found = await findBinaries(WHOLE_CLUSTER, progress);
  const kubelet = path.join(directory, 'kubelet');
  await link(found('kubelet'), kubelet).catch(() => copyFile(found('kubelet'), kubelet));
  return (name) => (name === 'kubelet' ? kubelet : found(name));
}
