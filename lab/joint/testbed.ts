import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Testbed, TestbedRequest } from '../testbeds.ts';
import { downJointLab, type JointLab, openJointLab } from './lab.ts';
import { upJointLab } from './up.ts';

export const jointTestbed: Testbed = {
  name: 'joint',
  usage: [
    '--pairs=N                       host-DPU pairs, 2 unless given',
    '--pods                          a pod with a VF on each host',
  ],
  async up(request) {
    const { values } = parseArgs({
      args: request.args,
      options: { pairs: { type: 'string', default: '2' }, pods: { type: 'boolean', default: false } },
    });
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    const lab = await upJointLab({ ...located(request), pairs: Number(values.pairs), progress });
    if (values.pods)
      await Promise.all(lab.pairs.map(({ number }) => lab.startPod(`offload-pod${number}`, number)));
    return describe(lab);
  },
  async down(request) {
    await downJointLab(located(request));
  },
  async status(request) {
    const lab = await openJointLab(located(request));
    return lab && describe(lab);
  },
};

function located({ name, stateDir }: TestbedRequest) {
  return { name, ...(stateDir === undefined ? {} : { stateDir }) };
}

async function describe(lab: JointLab): Promise<string> {
  const { nodes } = lab.nodes;
  const width = Math.max(...nodes.map(({ name }) => name.length));
  const pods = await lab.runningPods();
  return [
    `${lab.name}: ${lab.cluster.server}, up`,
    ...nodes.map(({ name, role, address }) => `  ${name.padEnd(width)}  ${role.padEnd(13)}  ${address}`),
    ...pods.map(({ name, pair, vf, address }) => `  ${name} on ${pair.host}: VF ${vf.index}, ${address}`),
    '',
    'to look at it:',
    `  kubectl --kubeconfig ${lab.kubeconfig} get pods -A -o wide`,
    `  ssh -F ${lab.nodes.sshConfigFile} dpu1`,
    '',
    'to examine it:',
    `  node bin/dpu-doctor.ts run --kubeconfig ${lab.kubeconfig} --inventory ${lab.nodes.inventoryFile}`,
    '',
  ].join('\n');
}
