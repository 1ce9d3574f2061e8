import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Testbed, TestbedRequest } from '../testbeds.ts';
import { findBinaries, WHOLE_CLUSTER } from './binaries.ts';
import { bluefieldCluster } from './clusters/bluefield.ts';
import { kindVethCluster } from './clusters/kind-veth.ts';
import { downKubernetesLab, type KubernetesLab, openKubernetesLab, upKubernetesLab } from './lab.ts';
import type { KubernetesObject } from './objects.ts';
import { stageCluster } from './stage.ts';

const CLUSTERS: Record<string, () => KubernetesObject[]> = {
  none: () => [],
  bluefield: bluefieldCluster,
  'kind-veth': kindVethCluster,
};

export const kubernetesTestbed: Testbed = {
  name: 'kubernetes',
  usage: [
    '--nodes=N                       nodes with a kubelet each, 0 unless given: then there is only the API',
    `--cluster=${Object.keys(CLUSTERS).join('|')}   objects to put into it, none unless given`,
  ],
  async build() {
    const find = await findBinaries(WHOLE_CLUSTER, progress);
    return `${WHOLE_CLUSTER.map(find).join('\n')}\n`;
  },
  async up(request) {
    const { values } = parseArgs({
      args: request.args,
      options: { nodes: { type: 'string', default: '0' }, cluster: { type: 'string', default: 'none' } },
    });
    const objects = CLUSTERS[values.cluster];
    if (objects === undefined) throw new Error(`no cluster ${values.cluster}`);
    const nodes = Number(values.nodes);
    if (!Number.isInteger(nodes) || nodes < 0) throw new Error(`not a number of nodes: ${values.nodes}`);
    const lab = await upKubernetesLab({ ...located(request), nodes, progress });
    await stageCluster(lab, objects());
    return describe(lab);
  },
  async down(request) {
    await downKubernetesLab(located(request));
  },
  async status(request) {
    const lab = await openKubernetesLab(located(request));
    return lab && describe(lab);
  },
};

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function located({ name, stateDir }: TestbedRequest) {
  return { name, ...(stateDir === undefined ? {} : { stateDir }) };
}

function describe(lab: KubernetesLab): string {
  return [
    `${lab.name}: ${lab.server}, up${lab.nodes.length === 0 ? ', without nodes of its own' : ''}`,
    ...lab.nodes.map(({ name, address }) => `  ${name}  ${address}`),
    '',
    'to look at it:',
    `  kubectl --kubeconfig ${lab.kubeconfig} get nodes`,
    '',
  ].join('\n');
}
