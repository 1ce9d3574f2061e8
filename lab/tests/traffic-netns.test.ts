import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { PathMeasurement } from '../../facts/traffic/measurement.ts';
import { cameThrough } from '../../facts/traffic/passage.ts';
import { pathTitle } from '../../facts/traffic/path.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { measureNodes } from './traffic-measure.ts';

/* Traffic between network namespaces of hosts, through two DPUs' Open vSwitch and OVN, without a cluster. */

let lab: NetnsLab;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-traffic-${process.pid}`, topology: 'bluefield', pods: true });
});

test.after.always(() => lab?.down());

const measure = (options: Parameters<typeof measureNodes>[1] = {}) =>
  measureNodes(lab.inventoryFile, options);

const failing = (paths: readonly PathMeasurement[]): readonly string[] =>
  paths
    .filter((measurement) => measurement.path.size !== 'over-mtu' && cameThrough(measurement) !== true)
    .map(({ path, exchange }) => `${pathTitle(path)}: ${JSON.stringify(exchange)}`);

/** Nothing that sends or listens is left on any host. */
async function assertQuiet(t: ExecutionContext): Promise<void> {
  for (const number of [1, 2]) {
    const { host } = lab.pair(number);
    await waitFor(`${host.name} to run neither ping nor nc`, async () => {
      const found = await host.sh("ps -eo args | grep -E '^(ping|busybox nc|nc|timeout|yes) ' || true");
      return found.trim() === '';
    });
  }
  t.pass();
}

test.serial(
  'every path of a healthy testbed works, and each kind that there is without a cluster',
  async (t) => {
    const { paths, problems, left, told } = await measure();
    t.deepEqual(problems, []);
    t.deepEqual(left, []);
    t.deepEqual(failing(paths), []);
    t.deepEqual(
      [...new Set(paths.map(({ path: { kind } }) => kind))],
      [
        'pod-to-pod-on-node',
        'pod-to-pod',
        'pod-to-management-port',
        'pod-to-node',
        'pod-to-other-node',
        'node-to-pod',
      ],
    );
    t.is(told[0], `${paths.length} paths between 4 endpoints on 2 nodes`);
    t.true(paths.filter(({ path }) => path.protocol === 'tcp').length >= 6);
    for (const { path, exchange } of paths) {
      t.true(exchange.ok && exchange.value.sent > 0, pathTitle(path));
      if (path.size === 'over-mtu') t.like(exchange, { value: { tooLong: true, received: 0 } });
      if (path.size === 'mtu') t.regex(JSON.stringify(exchange), /-s 1372 -M do/);
    }
    t.true(paths.every(({ location }) => location === undefined));
    t.is(paths.filter(({ stream }) => stream !== undefined).length, 1);
    await assertQuiet(t);
  },
);

test.serial('pings of all paths take little longer than they do by themselves', async (t) => {
  const began = performance.now();
  const { paths } = await measure({ kinds: ['pod-to-pod'], packets: 20 });
  const wall = performance.now() - began;
  const longest = Math.max(
    ...paths.map(({ exchange }) =>
      exchange.ok && exchange.value.protocol === 'icmp' ? exchange.value.durationMs : 0,
    ),
  );
  t.true(longest >= 19 * 200);
  const sum = paths.reduce((total, { exchange }) => total + (exchange.ok ? exchange.value.durationMs : 0), 0);
  t.true(wall < sum, `${Math.round(wall)} ms for pings of ${sum} ms`);
});

test.serial('a pod that is cut off fails on its own paths alone, and it is found where', async (t) => {
  const host = lab.pair(1).host;
  await host.sh('nsenter --net=/run/netns/pod1 ip link set eth0 down');
  try {
    const { paths, problems } = await measure({ kinds: ['pod-to-pod', 'pod-to-pod-on-node'] });
    t.deepEqual(problems, []);
    // A namespace without an interface that is up still has its address: it is there, and does not answer.
    const touched = paths.filter(({ path }) =>
      JSON.stringify([path.from.name, path.to.name]).includes('host1:pod1'),
    );
    t.true(touched.length > 4);
    for (const measurement of paths) {
      if (measurement.path.size === 'over-mtu') continue;
      const through = cameThrough(measurement) === true;
      t.is(through, !touched.includes(measurement), pathTitle(measurement.path));
    }
    t.true(paths.some(({ location }) => location?.ok));
  } finally {
    await host.sh(
      `nsenter --net=/run/netns/pod1 sh -c 'ip link set eth0 up; ip route replace default via 10.233.65.1'`,
    );
  }
});

test.serial(
  'a node that nobody can log in to is a problem of its own, and the others are measured',
  async (t) => {
    const { paths, problems } = await measure({
      kinds: ['pod-to-pod-on-node'],
      change: (node) =>
        node.name === 'host2' && node.access.kind === 'ssh'
          ? { ...node, access: { ...node.access, ssh: { ...node.access.ssh, port: 1 } } }
          : node,
    });
    t.like(problems, { length: 1, 0: { target: 'host2', code: 'unreachable' } });
    t.true(paths.length > 4);
    t.deepEqual(failing(paths), []);
  },
);

test.serial('sudo is enough; without it namespaces can not be entered, and that is said', async (t) => {
  const as = (user: string) =>
    measure({
      kinds: ['pod-to-pod-on-node'],
      change: (node) =>
        node.access.kind === 'ssh'
          ? { ...node, access: { ...node.access, ssh: { ...node.access.ssh, user } } }
          : node,
    });
  const { paths, problems } = await as('sre');
  t.deepEqual(problems, []);
  t.true(paths.length > 4);
  t.deepEqual(failing(paths), []);
  const refused = await as('operator');
  t.deepEqual(refused.paths, []);
  t.deepEqual(
    refused.problems.map(({ code, target }) => [code, target]),
    [
      ['permission', 'host1'],
      ['permission', 'host2'],
    ],
  );
});

test.serial('IPv6 is tested between pods that have it', async (t) => {
  const { host } = lab.pair(1);
  const address = (verb: string) =>
    [1, 2]
      .map((pod) => `nsenter --net=/run/netns/pod${pod} ip addr ${verb} fd65::${pod}/64 dev eth0 nodad`)
      .join('\n');
  await host.sh(address('add'));
  try {
    const { paths } = await measure({ kinds: ['pod-to-pod-on-node'] });
    const six = paths.filter(({ path }) => path.family === 6);
    t.deepEqual([...new Set(six.map(({ path }) => `${path.protocol} ${path.size}`))].sort(), [
      'icmp mtu',
      'icmp over-mtu',
      'icmp small',
      'tcp small',
    ]);
    t.deepEqual(failing(six), []);
    for (const { path, exchange } of six)
      if (path.size === 'over-mtu') t.like(exchange, { value: { tooLong: true } });
  } finally {
    await host.sh(address('del').replaceAll(' nodad', ''));
  }
});

test.serial('an interruption ends it soon, and what was measured before is kept', async (t) => {
  const interrupt = new AbortController();
  const began = performance.now();
  const measuring = measure({
    packets: 50,
    concurrency: 16,
    signal: interrupt.signal,
    progress: (line) => {
      if (line.includes('paths between')) setTimeout(() => interrupt.abort(), 2000);
    },
  });
  const { paths } = await measuring;
  t.true(performance.now() - began < 20_000);
  t.true(paths.length > 20);
  t.true(paths.every(({ exchange }) => exchange.ok || exchange.failure.code === 'interrupted'));
  t.true(paths.some(({ exchange }) => !exchange.ok));
  await assertQuiet(t);
});

test.serial('after kill -9 of the run nothing goes on on the nodes for long', async (t) => {
  const run = execa(
    process.execPath,
    [path.join(import.meta.dirname, 'traffic-send.ts'), lab.inventoryFile],
    {
      reject: false,
      buffer: false,
    },
  );
  await once(run.stdout, 'data');
  const { host } = lab.pair(1);
  await waitFor('something is sent', async () => (await host.sh('ps -eo args')).includes('ping -n'));
  run.kill('SIGKILL');
  await run;
  await assertQuiet(t);
});
