import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { KubernetesLab } from '../lab/kubernetes/index.ts';
import { processesOf } from '../lab/kubernetes/processes.ts';
import type { Goal } from './goals.ts';
import type { StagedCluster } from './large-cluster.ts';
import { outputOf } from './node.ts';

const dpuDoctor = [process.execPath, join(import.meta.dirname, '../dist/dpu-doctor.js')];

export const runOn = ({ kubeconfig }: KubernetesLab, ...options: readonly string[]): string[] => [
  ...dpuDoctor,
  'run',
  '--kubeconfig',
  kubeconfig,
  ...options,
];

/** Makes sure that what is about to be measured really examines every node; tells how many verdicts there are. */
export async function checkCluster({ lab, nodes, renew }: StagedCluster): Promise<{ verdicts: number }> {
  await renew();
  const report = JSON.parse(await outputOf(runOn(lab, '--json'))) as {
    readonly targets: readonly unknown[];
    readonly results: readonly { readonly verdict: string }[];
  };
  const wrong = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
  if (report.targets.length !== nodes + 1 || wrong.length > 0)
    throw new Error(`${report.targets.length} targets, ${wrong.length} verdicts that should be better`);
  return { verdicts: report.results.length };
}

/** dpu-doctor against what people save of a cluster to look through it. */
export function clusterGoal({ lab, nodes, pods, renew }: StagedCluster): Goal {
  const meter = () => serverTime(lab);
  return {
    title: `a cluster of ${nodes} nodes and ${pods} pods`,
    atMost: 0.7,
    memoryAtMost: 0.5,
    targets: 1,
    elsewhere: 'CPU of the API server ms',
    sides: [
      { what: 'dpu-doctor run --kubeconfig FILE', argv: runOn(lab), before: renew, meter },
      {
        what: 'kubectl get nodes,pods -A -o json',
        argv: ['kubectl', '--kubeconfig', lab.kubeconfig, 'get', 'nodes,pods', '-A', '-o', 'json'],
        meter,
      },
    ],
  };
}

/** USER_HZ, in which /proc/<pid>/stat counts. */
const TICK = 10;

/** Milliseconds of processor time of etcd and the API server so far. */
async function serverTime({ directory }: KubernetesLab): Promise<number> {
  const times = await Promise.all(
    (await processesOf(directory)).map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * TICK;
    }),
  );
  return times.reduce((sum, one) => sum + one, 0);
}
