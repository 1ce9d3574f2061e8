import { join } from 'node:path';
import process from 'node:process';
import { type BenchNode, onNode, outputOf } from './node.ts';

interface Report {
  readonly targets: readonly { readonly name: string; readonly failure?: { readonly message: string } }[];
  readonly results: readonly { readonly target: string; readonly verdict: string }[];
}

/** Makes sure that what is about to be measured really examines the node; tells how many verdicts it gives there. */
export async function checkReach(bench: BenchNode): Promise<{ readonly verdicts: number }> {
  const json = ['run', '--json'];
  const cli = [process.execPath, join(import.meta.dirname, '../dist/dpu-doctor.js'), ...json];
  const remote = [...cli, '--ssh-config', bench.sshConfig];
  const all = bench.targets.flatMap((target) => ['--target', target]);
  const [local, single, many] = await Promise.all([
    reportOf(bench.inside(onNode.node, onNode.dpuDoctor, ...json)),
    reportOf([...remote, '--target', `root@${bench.node.name}`]),
    reportOf(bench.besides(...remote, ...all)),
  ]);
  const verdicts = local.results.length;
  if (
    verdicts === 0 ||
    single.results.length !== verdicts ||
    many.results.length !== verdicts * bench.targets.length
  )
    throw new Error(`${verdicts}, ${single.results.length} and ${many.results.length} verdicts do not match`);
  return { verdicts };
}

async function reportOf(argv: readonly string[]): Promise<Report> {
  const report = JSON.parse(await outputOf(argv)) as Report;
  const failed = report.targets.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) throw new Error(`${failed.name}: ${failed.failure?.message}`);
  return report;
}
