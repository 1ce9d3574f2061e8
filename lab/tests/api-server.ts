import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { Report, Verdict } from '../../runner/report.ts';
import {
  downKubernetesLab,
  type KubernetesLab,
  type KubernetesLabOptions,
  type KubernetesObject,
  type Staged,
  stageCluster,
  upKubernetesLab,
} from '../kubernetes/index.ts';

/** An API server of the tests in one file. */
export interface ApiServer {
  /** From the first test on, and in hooks that are declared after it and are serial. */
  readonly lab: KubernetesLab;
  /** What reports call its cluster. */
  readonly target: string;
  /** Puts a cluster that is described as data into it, for as long as the test takes. */
  staged(t: ExecutionContext, objects: readonly KubernetesObject[]): Promise<Staged>;
}

/** Brings one up for the file that calls it, and takes it down after the last test. */
export function apiServer(purpose: string, options: Pick<KubernetesLabOptions, 'nodes'> = {}): ApiServer {
  const name = `test-${purpose}-${process.pid}`;
  let lab: KubernetesLab | undefined;
  test.serial.before(async () => {
    lab = await upKubernetesLab({ name, ...options });
  });
  test.after.always(() => downKubernetesLab({ name }));
  const server: ApiServer = {
    get lab() {
      if (lab === undefined) throw new Error(`${name} is not up yet`);
      return lab;
    },
    target: `cluster:${name}`,
    async staged(t, objects) {
      const cluster = await stageCluster(server.lab, objects);
      t.teardown(() => cluster.remove());
      return cluster;
    },
  };
  return server;
}

/** A staged object; a pod by its name without the letters that are drawn, too. */
export function find({ objects }: Staged, kind: string, called: string): KubernetesObject {
  const found = objects.find(
    ({ kind: own, metadata: { name } }) =>
      own === kind && (name === called || (kind === 'Pod' && name.startsWith(`${called}-`))),
  );
  if (found === undefined) throw new Error(`${kind} ${called} is not staged`);
  return found;
}

/** `check target verdict` of the results with these verdicts, sorted. */
export const lines = ({ results }: Report, ...verdicts: readonly Verdict[]): readonly string[] =>
  results
    .filter(({ verdict }) => verdicts.includes(verdict))
    .map(({ checkId, target, verdict }) => `${checkId} ${target} ${verdict}`)
    .sort();
