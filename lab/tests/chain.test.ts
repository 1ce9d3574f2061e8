import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { PairChains } from '../../facts/derived/chain/chain.ts';
import type { Report } from '../../runner/report.ts';
import { assertCivil, dpuDoctor, examine } from '../../test/helpers/cli.ts';
import { closed, compileSchema, publishedSchema } from '../../test/helpers/report-schema.ts';
import { temporaryDirectory } from '../../test/helpers/temporary.ts';
import {
  type BluefieldPair,
  bluefieldCluster,
  type KubernetesObject,
  type Staged,
} from '../kubernetes/index.ts';
import { apiServer } from './api-server.ts';

/* The cluster is real, as far as an API server is; host and DPU are recordings of the netns testbed. */

const server = apiServer('chain');
const { staged: stagedCluster } = server;

/** The pair of the demo: pods by the ports that its recorded DPU has. */
const PAIR: BluefieldPair = {
  host: 'host1',
  hostAddress: '192.168.42.201',
  dpu: 'dpu1',
  dpuAddress: '192.168.41.127',
  subnet: '10.233.65',
  pods: ['ovs-offload-pod1-host1', 'ovs-offload-pod2-host1'],
};

/** Stages the pair's cluster, its pods in the sandboxes that the recorded ports are of. */
const staged = async (
  t: ExecutionContext,
  change: (object: KubernetesObject) => readonly KubernetesObject[] = (object) => [object],
): Promise<Staged> => {
  const text = await readFile(path.join(RECORDINGS, 'dpu1.json'), 'utf8');
  const ports = text
    .replaceAll('\\', '')
    .matchAll(/"iface-id","([^"]+)"\].{0,300}?\["sandbox","([0-9a-f]+)"/g);
  const sandboxes = new Map([...ports].map(([, id = '', sandbox = '']) => [id, sandbox]));
  const objects = bluefieldCluster({ pairs: [PAIR] }).map((object) => {
    const sandbox = sandboxes.get(`${object.metadata.namespace}_${object.metadata.name}`);
    return sandbox === undefined
      ? object
      : edited(object, DETAILS, (details) => details.replace(/("sandboxId":")[^"]*/, `$1${sandbox}`));
  });
  return stagedCluster(t, objects.flatMap(change));
};

const RECORDINGS = path.resolve(import.meta.dirname, '../../fixtures/demo');

interface Recording {
  readonly answers: Record<string, { readonly parts: { stdout: string }[] }>;
}

type Edit = (text: string) => string;

/** The VFs of the pods are in the pods: what the host shows of them is gone, as it is where pods are real. */
const withoutVfs: Edit = (text) =>
  text.startsWith('[{')
    ? JSON.stringify(
        (JSON.parse(text) as { ifname?: string; dev?: string }[]).filter(
          ({ ifname, dev }) => !IN_PODS.test(ifname ?? dev ?? ''),
        ),
      )
    : text
        .split('\n')
        .filter((line) => !IN_PODS.test(line))
        .join('\n');

const IN_PODS = /\benp2s0f0v[12]\b/;

/** The recorded host and DPU as options. The text of their answers may be changed. */
async function nodes(
  t: ExecutionContext,
  { host = withoutVfs, dpu = (text) => text }: { readonly host?: Edit; readonly dpu?: Edit } = {},
): Promise<string[]> {
  const directory = temporaryDirectory(t);
  const files = Object.entries({ host1: host, dpu1: dpu }).map(async ([node, edit]) => {
    const recording = JSON.parse(await readFile(path.join(RECORDINGS, `${node}.json`), 'utf8')) as Recording;
    for (const { parts } of Object.values(recording.answers))
      for (const part of parts) if (typeof part.stdout === 'string') part.stdout = edit(part.stdout);
    const file = path.join(directory, `${node}.json`);
    await writeFile(file, JSON.stringify(recording));
    return ['--target', `recorded:${file}`];
  });
  return (await Promise.all(files)).flat();
}

const DETAILS = 'k8s.ovn.org/dpu.connection-details';
const NETWORK_STATUS = 'k8s.v1.cni.cncf.io/network-status';

const run = async (t: ExecutionContext, targets: readonly string[]): Promise<Report> =>
  examine(t, ['chain', '--kubeconfig', server.lab.kubeconfig, ...targets]);

const topology = (...args: readonly string[]) =>
  dpuDoctor(['topology', '--kubeconfig', server.lab.kubeconfig, ...args]);

const verdicts = ({ results }: Report): readonly string[] =>
  results.filter(({ group }) => group === 'chain').map(({ checkId, verdict }) => `${checkId} ${verdict}`);

const ALL = [
  'chain/vf-representors',
  'chain/port-duplicates',
  'chain/device-duplicates',
  'chain/pod-ports',
  'chain/dangling-representors',
  'chain/ports-without-pod',
];

test.serial('where every VF has its way, all checks of chains pass and the tree shows it', async (t) => {
  await staged(t);
  const targets = await nodes(t);
  const report = await run(t, targets);
  t.deepEqual(
    verdicts(report),
    ALL.map((id) => `${id} pass`),
  );
  t.true(
    report.results.every(({ group, evidence }) => group !== 'chain' || evidence.length > 0),
    'each shows what it saw',
  );
  const podPorts = report.results.find(({ checkId }) => checkId === 'chain/pod-ports');
  t.true(podPorts?.evidence.some(({ source }) => source.startsWith('kubectl -n ovn-kubernetes get pod')));
  t.true(podPorts?.evidence.some(({ source }) => source === 'ovs-vsctl list Interface pf0vf1'));

  const tree = await topology(...targets);
  assertCivil(t, tree);
  t.regex(tree.stdout, /host1 with dpu1 {2}3 chains: 3 whole/);
  t.regex(
    tree.stdout,
    /✓ ovn-kubernetes\/ovs-offload-pod1-host1 {2}0000:02:00\.4.*\n.*pf0vf1 › br-int › patch/,
  );
});

test.serial('topology as JSON names the broken link, and the exit code tells of it', async (t) => {
  await staged(t);
  const ended = await topology('--json', ...(await nodes(t, { dpu: otherPort })));
  assertCivil(t, ended);
  const answer = JSON.parse(ended.stdout) as { pairs: readonly PairChains[] };
  t.true(compileSchema(closed(publishedSchema('topology')))(answer));
  const { pairs } = answer;
  t.regex(pairs[0]?.pairGround ?? '', /host1/);
  const broken = pairs.flatMap(({ chains }) => chains).filter(({ state }) => state === 'broken');
  t.deepEqual(
    broken.map(({ holder, fault }) => [holder.kind === 'pod' && holder.name, fault?.kind, fault?.state]),
    [['ovs-offload-pod1-host1', 'ovs-port', 'broken']],
  );
  t.is(ended.code, 1);
});

test.serial('topology of nodes that nobody logs in to says what it could not see', async (t) => {
  await staged(t);
  const ended = await topology();
  assertCivil(t, ended);
  t.regex(ended.stdout, /not seen: VFs of host1: the nodes of the cluster were not logged in to/);
  t.regex(ended.stdout, /ovs-offload-pod1-host1/);
  t.is(ended.code, 2);
});

const otherPort: Edit = (text) =>
  text.replaceAll('ovn-kubernetes_ovs-offload-pod1-host1', 'ovn-kubernetes_gone');

const edited = (object: KubernetesObject, annotation: string, edit: Edit): KubernetesObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: {
      ...object.metadata.annotations,
      [annotation]: edit(object.metadata.annotations?.[annotation] ?? ''),
    },
  },
});

/** Each fault, the one check that it makes fail, and what stays unjudged for it. */
const FAULTS: readonly {
  readonly what: string;
  readonly host?: Edit;
  readonly dpu?: Edit;
  readonly objects?: (object: KubernetesObject) => readonly KubernetesObject[];
  readonly check: string;
  readonly verdict?: 'warn';
  readonly blocked?: readonly string[];
  readonly says: RegExp;
}[] = [
  {
    what: 'a representor that is the port of another pod',
    dpu: otherPort,
    check: 'chain/pod-ports',
    blocked: ['chain/ports-without-pod'],
    says: /pod ovn-kubernetes\/ovs-offload-pod1-host1: its port pf0vf1 of Open vSwitch is broken: its iface-id is ovn-kubernetes_gone, not/,
  },
  {
    what: 'a port of an earlier sandbox',
    dpu: (text) => text.replace(/(\["sandbox",")[0-9a-f]{4}/, '$1beef'),
    check: 'chain/pod-ports',
    blocked: ['chain/ports-without-pod'],
    says: /was added for sandbox \(beef/,
  },
  {
    what: "a VF whose network device is still in the host's network namespace",
    host: (text) => text,
    check: 'chain/pod-ports',
    blocked: ['chain/ports-without-pod'],
    says: /its VF 0000:02:00\.4 .* is broken: its network device is in the host's network namespace/,
  },
  {
    what: 'two ports with the iface-id of one pod',
    dpu: (text) => text.replaceAll('ovn-kubernetes_ovs-offload-pod2-', 'ovn-kubernetes_ovs-offload-pod1-'),
    check: 'chain/port-duplicates',
    blocked: ['chain/pod-ports', 'chain/ports-without-pod'],
    says: /the ports pf0vf[12], pf0vf[12] have one iface-id/,
  },
  {
    what: 'two pods with one VF',
    objects: (object) =>
      object.metadata.name === PAIR.pods[1]
        ? [
            edited(
              edited(object, NETWORK_STATUS, (text) => text.replace('0000:02:00.5', '0000:02:00.4')),
              DETAILS,
              (text) => text.replace('"vfId":"2"', '"vfId":"1"'),
            ),
          ]
        : [object],
    check: 'chain/device-duplicates',
    blocked: ['chain/pod-ports', 'chain/ports-without-pod'],
    says: /the VF 0000:02:00\.4 belongs to two pods/,
  },
  {
    what: 'a VF whose representor is gone',
    dpu: (text) => text.replaceAll('\tc1pf0vf1\n', '\t\n'),
    check: 'chain/vf-representors',
    blocked: ['chain/pod-ports', 'chain/dangling-representors', 'chain/ports-without-pod'],
    says: /vf representor for pfID: 0, vfIndex: 1 not found/,
  },
  {
    what: 'a representor of a VF that the host has not got',
    dpu: (text) =>
      text.replace(
        /^.*\/sys\/class\/net\/pf0vf2\b.*\n/gm,
        (line) => line + line.replaceAll('pf0vf2', 'pf0vf7'),
      ),
    check: 'chain/dangling-representors',
    verdict: 'warn',
    says: /the representor pf0vf7 stands for no VF of the host/,
  },
  {
    what: 'the port of a pod that is gone',
    objects: (object) => (object.metadata.name === PAIR.pods[0] ? [] : [object]),
    check: 'chain/ports-without-pod',
    verdict: 'warn',
    says: /the port pf0vf1 belongs to no pod of the host: no pod is called ovn-kubernetes\/ovs-offload-pod1-host1/,
  },
];

for (const { what, host, dpu, objects, check, verdict = 'fail', blocked = [], says } of FAULTS) {
  test.serial(`${what} makes ${check} ${verdict}, and nothing else`, async (t) => {
    await staged(t, objects);
    const targets = await nodes(t, {
      ...(host === undefined ? {} : { host }),
      ...(dpu === undefined ? {} : { dpu }),
    });
    const report = await run(t, targets);
    t.deepEqual(
      verdicts(report),
      ALL.map((id) => `${id} ${id === check ? verdict : blocked.includes(id) ? 'blocked' : 'pass'}`),
    );
    const [finding] = report.results.flatMap(({ findings }) => findings);
    t.regex(finding?.message ?? '', says);
    t.true((finding?.evidence.length ?? 0) > 0);
    t.is(report.exitCode, verdict === 'warn' ? 0 : 1);
    t.deepEqual(
      report.results.filter(({ group, verdict: other }) => group !== 'chain' && other !== 'pass'),
      [],
    );
  });
}

test.serial(
  'a DPU that is not Ready is one failure, and what its pods would tell is blocked by it',
  async (t) => {
    const cluster = await staged(t);
    const node = cluster.objects.find(({ kind, metadata }) => kind === 'Node' && metadata.name === 'dpu1');
    await server.lab.api.patch(
      node as KubernetesObject,
      { status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } },
      'status',
    );
    const report = await run(t, await nodes(t));
    t.deepEqual(
      report.results
        .filter(({ verdict }) => verdict === 'fail')
        .map(({ checkId, target }) => `${checkId} ${target}`),
      ['cluster/nodes-ready dpu1'],
    );
    // The nodes answer for themselves, whatever their cluster has heard of them.
    const ofNodes = ['vf-representors', 'port-duplicates', 'dangling-representors'].map(
      (id) => `chain/${id}`,
    );
    t.deepEqual(
      verdicts(report),
      ALL.map((id) => `${id} ${ofNodes.includes(id) ? 'pass' : 'blocked'}`),
    );
  },
);
