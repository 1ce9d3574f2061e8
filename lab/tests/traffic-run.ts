/*
 * A run that makes pods, pings between them and removes them, as a process that a test can kill in any phase. Arguments:
 * kubeconfig, id of the run, the wanted pods as JSON, and an image.
 */

import process from 'node:process';
import { onInterrupt } from '../../cli/interrupt.ts';
import { parseClusterFact } from '../../facts/cluster/fact.ts';
import { CLUSTER_FACTS } from '../../facts/cluster/index.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { execInPod } from '../../kubernetes/exec.ts';
import type { TrafficCluster } from '../../traffic/input.ts';
import { makePods } from '../../traffic/objects/index.ts';
import { connectCluster } from '../../transports/cluster/api.ts';

const [kubeconfig = '', runId = '', wanted = '[]', image = 'alpine'] = process.argv.slice(2);
const say = (what: string, value: unknown): void => {
  process.stdout.write(`${JSON.stringify({ [what]: value })}\n`);
};

const interrupt = onInterrupt();
const made = await makePods(await gathered(), JSON.parse(wanted), {
  runId,
  image,
  keepOnFailure: false,
  setupTimeout: 60_000,
  signal: interrupt.signal,
  progress: (line) => say('progress', line),
});
const { endpoints, services, problems } = made;
say('made', { endpoints, services, problems });
const [from, to] = endpoints;
if (from !== undefined && to !== undefined) {
  say('ping', await inPod(from, ['ping', '-c', '3', '-W', '2', to.addresses[0] ?? '']));
  say('echo', await inPod(from, ['sh', '-c', `echo hello | nc -w 3 ${to.addresses[0]} 5000`]));
  // Until the test ends it.
  if (process.env['HOLD']) await inPod(from, ['ping', '-w', '300', to.addresses[0] ?? '']);
}
say('evidence', Object.fromEntries(await made.evidence(endpoints)));
say('left', await made.remove({ failed: false }));
interrupt.end();

async function gathered(): Promise<TrafficCluster> {
  const target = { kubeconfig };
  const access = await connectCluster(target, interrupt.signal);
  const names = ['networkAttachments', 'nodes', 'pods'] as const;
  const reads = names.flatMap((name) => Object.values(CLUSTER_FACTS[name].lists));
  const answers = await access.ask(reads, { signal: interrupt.signal });
  access.close();
  const facts = names.map((name) => {
    const lists = Object.entries(CLUSTER_FACTS[name].lists).map(([label, read]) => {
      const answer = answers.get(read);
      if (!answer?.ok) throw new Error(`${name}: ${answer?.failure.message}`);
      return [label, answer.objects];
    });
    return [name, parseClusterFact(CLUSTER_FACTS[name], Object.fromEntries(lists))] as const;
  });
  return { name: access.name, target, facts: new Map(facts) };
}

async function inPod({ pod }: Endpoint, argv: readonly string[]): Promise<string> {
  if (pod === undefined) return '';
  const { namespace, name, container } = pod;
  let said = '';
  const take = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  const target = { kubeconfig, namespace, pod: name, container };
  const code = await execInPod(target, argv, '', {
    signal: interrupt.signal,
    onStdout: take,
    onStderr: take,
    onSent: () => say('running', argv[0]),
  });
  return `${said}exit code ${code}`;
}
