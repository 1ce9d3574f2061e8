import process from 'node:process';
import { KubernetesApi } from '../../kubernetes/api.ts';
import { readCredentials } from '../../kubernetes/pki.ts';
import { readState } from '../../kubernetes/state.ts';
import { type BluefieldOptions, CONTROL_PLANE, pairsOf } from '../../netns/bluefield/options.ts';
import { openNetnsLab } from '../../netns/index.ts';
import { clusterDirectory, inSpace, netnsDirectory, nodeDirectory } from '../state.ts';
import { inTurn } from './in-turn.ts';
import { renewLeases } from './leases.ts';
import { type Added, type Request, servePlugin, socketOf } from './plugin.ts';
import { balanceServices } from './services.ts';
import { VethPods } from './veth-pods.ts';
import { VfPods } from './vf-pods.ts';

// Stands in for ovnkube on all nodes of the lab in the one directory that it is given.
const [, , directory = ''] = process.argv;
const cluster = clusterDirectory(directory);
const lab = await openNetnsLab({ name: '', stateDir: netnsDirectory(directory) });
const state = await readState(cluster);
if (lab === undefined || state === undefined) throw new Error(`there is no lab in ${directory}`);

const authority = await readCredentials(cluster, 'ca');
const client = await readCredentials(cluster, 'admin');
const api = new KubernetesApi({ server: state.server, authority: authority.certificate, client });

const pairs = pairsOf(lab.state.options as BluefieldOptions);
const central = lab.node(CONTROL_PLANE);
function serve(node: string, pods: { answer(request: Request): Promise<Added | undefined> }) {
  const directory = nodeDirectory(cluster, node);
  const answer = inTurn(async (request: Request) => {
    console.log(`${node}: ${request.command} ${request.namespace}/${request.pod} ${request.containerId}`);
    try {
      return await pods.answer({ ...request, netns: await inSpace(directory, request.netns) });
    } catch (error) {
      console.error(`${node}: ${request.namespace}/${request.pod}:`, error);
      throw error;
    }
  });
  return servePlugin(socketOf(directory), answer);
}

await serve(CONTROL_PLANE, new VethPods(api, central, '10.233.64'));
for (const pair of pairs) {
  const nodes = { host: lab.node(pair.host), dpu: lab.node(pair.dpu), central };
  await serve(pair.host, new VfPods(api, nodes, pair));
}
renewLeases(
  api,
  cluster,
  pairs.map(({ host }) => host),
);
balanceServices(api, central, pairs);
