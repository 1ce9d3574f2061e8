import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import test from 'ava';
import { execa } from 'execa';
import type { Report } from '../../runner/report.ts';
import { type LabNode, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, examine } from './examine.ts';

/* Hosts and DPUs by their addresses alone, as targets: only external_ids:host-k8s-nodename tells which belong together. */

let lab: NetnsLab;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-pairs-${process.pid}`, topology: 'bluefield', pairs: 2 });
});

test.after.always(() => lab?.down());

const nameOf = ({ address }: LabNode): string => `root@${address}`;

const targets = (nodes: readonly LabNode[]): readonly string[] => [
  ...nodes.flatMap((node) => ['-t', nameOf(node)]),
  ...['--identity', lab.identityFile, '--known-hosts', lab.knownHostsFile],
];

const all = (): readonly LabNode[] => [1, 2].flatMap((pair) => [lab.pair(pair).dpu, lab.pair(pair).host]);

const ofPairs = ({ results }: Report) =>
  results.flatMap(({ checkId, pair }) => (pair === undefined ? [] : [{ checkId, ...pair }]));

const nodename = (node: LabNode, value: string): Promise<string> =>
  node.sh(`ovs-vsctl --timeout=20 set Open_vSwitch . external_ids:host-k8s-nodename=${value}`);

test.serial('two hosts and their DPUs as targets are paired, and judged as with an inventory', async (t) => {
  const report = await examine(...targets(all()));
  assertHealthy(t, report);
  for (const number of [1, 2]) {
    const { host, dpu } = lab.pair(number);
    const [ofHost, ofDpu] = [host, dpu].map((node) =>
      report.targets.find(({ name }) => name === nameOf(node)),
    );
    t.like(ofHost, {
      pair: nameOf(dpu),
      pairGround: `external_ids:host-k8s-nodename of ${nameOf(dpu)} is ${host.name}`,
    });
    t.is(ofDpu?.pair, nameOf(host));
  }
  const given = await examine('-i', lab.inventoryFile);
  const byAddress = new Map(all().map((node) => [node.name, nameOf(node)]));
  t.deepEqual(
    ofPairs(report)
      .map(({ checkId, host, dpu }) => `${checkId} ${host} ${dpu}`)
      .sort(),
    ofPairs(given)
      .map(({ checkId, host, dpu }) => `${checkId} ${byAddress.get(host)} ${byAddress.get(dpu)}`)
      .sort(),
  );
  t.true(ofPairs(report).length > 0);
});

test.serial(
  'inventory --node-access ssh writes roles and pairs that the nodes themselves tell',
  async (t) => {
    const run = (...args: readonly string[]) =>
      execa(process.execPath, ['bin/dpu-doctor.ts', 'inventory', ...targets(all()), ...args], {
        reject: false,
      });
    const asked = await run('--node-access', 'ssh');
    t.is(asked.exitCode, 0, asked.stderr);
    for (const number of [1, 2]) {
      const { host, dpu } = lab.pair(number);
      const entry = new RegExp(
        `# its DPU is ${nameOf(dpu)}: external_ids:host-k8s-nodename .*\\n {2}- name: ${nameOf(host)}\\n {4}role: dpu-host\\n {4}dpu: ${nameOf(dpu)}`,
      );
      t.regex(asked.stdout, entry);
    }
    const file = `${lab.stateDir}/found.yaml`;
    await writeFile(file, asked.stdout);
    const report = await examine('-i', file, ...targets([]));
    assertHealthy(t, report);
    t.deepEqual(
      [...new Set(ofPairs(report).map(({ host }) => host))].sort(),
      [1, 2].map((number) => nameOf(lab.pair(number).host)).sort(),
    );
    const silent = await run();
    t.regex(silent.stdout, /# nobody was logged in to.*host-k8s-nodename/);
    t.notRegex(silent.stdout, /^ {4}dpu:/m);
  },
);

test.serial('topology shows the pairs, and no DPU is without its host', async (t) => {
  const { stdout } = await execa(
    process.execPath,
    ['bin/dpu-doctor.ts', 'topology', '--json', ...targets(all())],
    { reject: false, timeout: 120_000 },
  );
  const { pairs, problems } = JSON.parse(stdout);
  t.deepEqual(
    pairs.map(({ host, dpu }: { host: string; dpu: string }) => [host, dpu]),
    [1, 2].map((pair) => [nameOf(lab.pair(pair).host), nameOf(lab.pair(pair).dpu)]),
  );
  t.deepEqual(problems, []);
});

test.serial('of two DPUs that name one host none is taken, and the report says why', async (t) => {
  const [first, second] = [lab.pair(1), lab.pair(2)];
  await nodename(second.dpu, first.host.name);
  try {
    const report = await examine(...targets(all()));
    t.deepEqual(ofPairs(report), []);
    const reasons = (report.notPlanned ?? []).map(({ reason }) => reason);
    t.true(
      reasons.some((reason) => /signs contradict each other: .*host1; .*host1$/.test(reason)),
      reasons.join('\n'),
    );
  } finally {
    await nodename(second.dpu, second.host.name);
  }
});

test.serial('a DPU alone is judged as ever', async (t) => {
  const report = await examine(...targets([lab.pair(1).dpu]));
  assertHealthy(t, report);
  t.deepEqual(
    report.targets.map(({ role, pair }) => [role, pair]),
    [['dpu', undefined]],
  );
});
