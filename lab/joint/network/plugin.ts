import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { LabNode } from '../../netns/index.ts';

/** The name of OVN-Kubernetes' plugin. */
export const PLUGIN = 'ovn-k8s-cni-overlay';
const CNI_VERSION = '0.4.0';
/** Where containerd of the Kubernetes testbed looks for plugins. */
const DIRECTORY = '/usr/lib/cni';
/** CNI reserves the codes below for itself. */
const PLUGIN_ERROR = 100;

/** What containerd asks of the plugin. */
export interface Request {
  command: string;
  /** Of the pod's sandbox. */
  containerId: string;
  /** The pod's network namespace, as the plugin sees it, or as this process does; empty where it is gone already. */
  netns: string;
  ifname: string;
  namespace: string;
  pod: string;
}

/** What an interface that was added looks like. */
export interface Added {
  mac: string;
  address: string;
  gateway: string;
}

/** The configuration by which a node's containerd calls the plugin. */
export const pluginConfiguration = () => ({
  cniVersion: CNI_VERSION,
  name: 'ovn-kubernetes',
  plugins: [{ type: PLUGIN }],
});

export const socketOf = (nodeDirectory: string): string => path.join(nodeDirectory, 'cni.sock');

/** Puts the plugin where the node's containerd finds it. */
export async function installPlugin(node: LabNode, socket: string): Promise<void> {
  const file = node.path(path.join(DIRECTORY, PLUGIN));
  await copyFile(path.join(import.meta.dirname, 'plugin.sh'), file);
  await chmod(file, 0o755);
  await writeFile(`${file}.socket`, `${socket}\n`);
}

/** Answers a node's plugin. */
export async function servePlugin(
  socket: string,
  answer: (request: Request) => Promise<Added | undefined>,
): Promise<Server> {
  // The plugin says what it has to say and ends its side; the answer comes after that.
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    void reply(connection, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return server;
}

async function reply(
  connection: Socket,
  answer: (request: Request) => Promise<Added | undefined>,
): Promise<void> {
  connection.on('error', () => {});
  try {
    const request = parsed(await said(connection));
    const added = await answer(request);
    connection.end(`0\n${added === undefined ? '' : JSON.stringify(result(request, added))}`);
  } catch (error) {
    const msg = error instanceof Error ? error.message : String(error);
    connection.end(`1\n${JSON.stringify({ cniVersion: CNI_VERSION, code: PLUGIN_ERROR, msg })}`);
  }
}

/** Unlike the helpers of node:stream, this leaves the connection open for the answer. */
function said(connection: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    connection.setEncoding('utf8');
    connection.on('data', (chunk: string) => {
      text += chunk;
    });
    connection.once('end', () => resolve(text));
    connection.once('error', reject);
  });
}

function parsed(said: string): Request {
  const [command = '', containerId = '', netns = '', ifname = '', args = ''] = said.split('\n');
  const given = new Map(
    args.split(';').map((arg): [string, string] => {
      const [key = '', value = ''] = arg.split('=');
      return [key, value];
    }),
  );
  const namespace = given.get('K8S_POD_NAMESPACE') ?? '';
  return { command, containerId, netns, ifname, namespace, pod: given.get('K8S_POD_NAME') ?? '' };
}

const result = ({ netns, ifname }: Request, { mac, address, gateway }: Added) => ({
  cniVersion: CNI_VERSION,
  interfaces: [{ name: ifname, mac, sandbox: netns }],
  ips: [{ version: '4', interface: 0, address: `${address}/24`, gateway }],
  routes: [{ dst: '0.0.0.0/0', gw: gateway }],
  dns: {},
});
