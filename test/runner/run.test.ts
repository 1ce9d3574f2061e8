import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  type Check,
  defineCheck,
  definePairCheck,
  notApplicable,
  pass,
  verdictOf,
} from '../../checks/define.ts';
import { evidence } from '../../facts/fact.ts';
import { FACTS } from '../../facts/index.ts';
import { sourceKey } from '../../facts/source.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import type { RunEvent } from '../../runner/events.ts';
import { type RunRequest, run } from '../../runner/run.ts';

const shape = {
  description: 'a check of this test',
  severity: 'error',
  roles: ['dpu-host', 'dpu'],
  tags: [],
  covers: [],
  messages: { BROKEN: { text: 'it is broken: {what}', cause: 'the test', remedy: 'mend {what}' } },
  docs: ['here'],
} as const;

const linkUp = (id: `${string}/${string}`, options: { after?: string[]; hardware?: boolean } = {}) =>
  defineCheck({
    ...shape,
    ...options,
    id,
    title: 'eth0 is up',
    scope: 'node',
    requires: ['links'],
    judge({ facts, report }) {
      const link = facts.links.find(({ name }) => name === 'eth0');
      if (link === undefined) return notApplicable('there is no eth0');
      const seen = [evidence('ip addr', link.operstate)];
      const down = report('BROKEN', {
        subject: 'eth0',
        args: { what: 'eth0' },
        observed: link.operstate,
        expected: 'UP',
        evidence: seen,
      });
      return verdictOf(link.operstate === 'UP' ? [] : [down], seen);
    },
  });

const thrower = defineCheck({
  ...shape,
  id: 'test/thrower',
  title: 'it does not throw',
  scope: 'node',
  requires: [],
  judge() {
    throw new Error('out of order');
  },
});

const empty = defineCheck({
  ...shape,
  id: 'test/empty',
  title: 'it shows what it saw',
  scope: 'node',
  requires: [],
  judge: () => pass([]),
});

const pair = definePairCheck({
  ...shape,
  id: 'test/pair',
  title: 'host and DPU agree',
  scope: 'pair',
  after: ['test/link'],
  requires: { host: ['links'], dpu: ['links'] },
  judge: ({ host, dpu }) => pass([evidence('both', `${host.links.length} ${dpu.links.length}`)]),
});

/** Hand-written: what `ip -j -d addr show` would say of one device. */
const saysLink = (operstate: string) => ({
  [sourceKey(FACTS.links.sources.addr)]: {
    parts: [
      {
        path: '',
        exitCode: 0,
        stdout: JSON.stringify([{ ifname: 'eth0', ifindex: 2, operstate }]),
        stderr: '',
      },
    ],
  },
});

async function recordNode(directory: string, name: string, answers: object): Promise<string> {
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify({ format: 1, node: { name, uri: 'test:' }, answers }));
  return file;
}

async function temporary(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dpu-doctor-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

interface Given {
  readonly nodes: readonly InventoryNode[];
  readonly checks: readonly Check[];
  readonly signal?: AbortSignal;
  readonly events?: RunEvent[];
  readonly wait?: number;
}

const request = ({ nodes, checks, signal, events, wait }: Given): RunRequest => ({
  tool: { name: 'dpu-doctor', version: 'test' },
  suiteName: 'test',
  nodes,
  checks,
  set: { from: '--set', values: {} },
  suite: { from: 'suite test', values: {} },
  timeout: 5000,
  sourceTimeout: 5000,
  wait: wait ?? 0,
  concurrency: 4,
  ssh: {},
  signal: signal ?? new AbortController().signal,
  listen: (event) => events?.push(event),
});

const node = (name: string, file: string, more: Partial<InventoryNode> = {}): InventoryNode => ({
  name,
  role: 'dpu-host',
  access: { kind: 'recorded', file },
  ...more,
});

test('a healthy node passes, with exit code 0', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('UP'));
  const report = await run(request({ nodes: [node('host', file)], checks: [linkUp('test/link')] }));
  t.deepEqual(
    report.results.map(({ checkId, verdict }) => [checkId, verdict]),
    [['test/link', 'pass']],
  );
  t.is(report.exitCode, 0);
});

test('one broken link is one failure, and what comes after it is blocked by it', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('DOWN'));
  const checks = [
    linkUp('test/link'),
    linkUp('test/second', { after: ['test/link'] }),
    linkUp('test/third', { after: ['test/second'] }),
  ];
  const report = await run(request({ nodes: [node('host', file)], checks }));
  t.deepEqual(
    report.results.map(({ verdict, blockedBy }) => [verdict, blockedBy]),
    [
      ['fail', undefined],
      ['blocked', ['test/link']],
      ['blocked', ['test/second']],
    ],
  );
  t.is(report.results[0]?.findings[0]?.message, 'it is broken: eth0');
  t.is(report.results[0]?.findings[0]?.remedy, 'mend eth0');
  t.is(report.exitCode, 1);
});

test('a fact that could not be had makes its checks errors with its reason, and no others', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', {
    [sourceKey(FACTS.links.sources.addr)]: {
      parts: [{ path: '', exitCode: 127, stdout: '', stderr: 'sh: ip: not found' }],
    },
  });
  const other = defineCheck({
    ...shape,
    id: 'test/other',
    title: 'it needs nothing',
    scope: 'node',
    requires: [],
    judge: () => pass([evidence('a', 'b')]),
  });
  const report = await run(request({ nodes: [node('host', file)], checks: [linkUp('test/link'), other] }));
  t.deepEqual(
    report.results.map(({ verdict, reasonCode, reason }) => [verdict, reasonCode, reason]),
    [
      ['error', 'missing-program', 'ip is not installed on the node'],
      ['pass', undefined, undefined],
    ],
  );
  t.is(report.exitCode, 2);
});

test('a check that throws, and one that passes without evidence, are errors of their own', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('UP'));
  const report = await run(
    request({ nodes: [node('host', file)], checks: [thrower, empty, linkUp('test/link')] }),
  );
  t.deepEqual(
    report.results.map(({ verdict }) => verdict),
    ['error', 'error', 'pass'],
  );
  t.regex(report.results[0]?.reason ?? '', /out of order/);
  t.regex(report.results[1]?.reason ?? '', /without evidence/);
});

test('a node that can not be examined is one error, and blocks what was planned on it alone', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'well', saysLink('UP'));
  const nodes = [
    node('gone', join(directory, 'none.json')),
    node('well', file),
    { ...node('unknown', join(directory, 'none.json')), role: undefined } as unknown as InventoryNode,
  ];
  const report = await run(request({ nodes, checks: [linkUp('test/link')] }));
  t.deepEqual(
    report.results.map(({ target, checkId, verdict, blockedBy }) => [target, checkId, verdict, blockedBy]),
    [
      ['gone', 'target/reachable', 'error', undefined],
      ['gone', 'test/link', 'blocked', ['target/reachable']],
      ['well', 'test/link', 'pass', undefined],
      ['unknown', 'target/reachable', 'error', undefined],
    ],
  );
  t.is(report.exitCode, 2);
});

test('hardware is not looked for on a simulated node', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('UP'));
  const checks = [linkUp('test/link', { hardware: true })];
  const report = await run(request({ nodes: [node('host', file, { simulation: 'veth' })], checks }));
  t.deepEqual(
    report.results.map(({ verdict, reasonCode }) => [verdict, reasonCode]),
    [['skip', 'simulated']],
  );
  t.is(report.exitCode, 2, 'a run of skips has examined nothing');
});

test('a pair is judged once, on its host, after the checks of both its nodes', async (t) => {
  const directory = await temporary(t);
  const host = await recordNode(directory, 'host', saysLink('UP'));
  const dpu = await recordNode(directory, 'dpu', saysLink('DOWN'));
  const nodes = [node('host', host, { dpu: 'dpu' }), node('dpu', dpu, { role: 'dpu' })];
  const report = await run(request({ nodes, checks: [linkUp('test/link'), pair] }));
  t.deepEqual(
    report.results.map(({ checkId, target, verdict }) => [checkId, target, verdict]),
    [
      ['test/link', 'host', 'pass'],
      ['test/pair', 'host', 'blocked'],
      ['test/link', 'dpu', 'fail'],
    ],
  );
  t.deepEqual(report.results[1]?.pair, { host: 'host', dpu: 'dpu' });
});

test('an interrupt leaves a complete report of what was known', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('UP'));
  const interrupt = new AbortController();
  const events: RunEvent[] = [];
  const nodes = [node('one', file), node('two', file)];
  interrupt.abort();
  const report = await run(
    request({ nodes, checks: [linkUp('test/link')], signal: interrupt.signal, events }),
  );
  t.is(report.exitCode, 130);
  t.is(report.interrupted, true);
  t.deepEqual(
    report.results.map(({ target, verdict }) => [target, verdict]),
    [
      ['one', 'error'],
      ['one', 'blocked'],
      ['two', 'error'],
      ['two', 'blocked'],
    ],
  );
  t.is(events.at(-1)?.kind, 'run-finished');
});

test('--wait asks again until it passes', async (t) => {
  const directory = await temporary(t);
  const file = await recordNode(directory, 'host', saysLink('DOWN'));
  const events: RunEvent[] = [];
  const mend = async (event: RunEvent): Promise<void> => {
    if (event.kind === 'target-answered') await recordNode(directory, 'host', saysLink('UP'));
  };
  const given = request({ nodes: [node('host', file)], checks: [linkUp('test/link')], wait: 30_000, events });
  const report = await run({
    ...given,
    listen: (event) => {
      events.push(event);
      void mend(event);
    },
  });
  t.is(report.results[0]?.verdict, 'pass');
  t.is(events.filter(({ kind }) => kind === 'target-answered').length, 2);
});
