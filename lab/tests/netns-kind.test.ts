import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, examine } from './examine.ts';
import { joinKindNetwork, setUpAsDocumented, withDocker } from './kind.ts';

/* Step 4 of seed K as it really goes, on nodes that are reached as kind's are; each test takes the one before further. */

let lab: NetnsLab;
let failed: readonly string[];

test.before(async () => {
  lab = await upNetnsLab({ name: `test-kind-${process.pid}`, topology: 'veth', interfacesPerPair: 0 });
  await joinKindNetwork(lab);
  failed = await setUpAsDocumented(lab);
  process.env['PATH'] = await withDocker(lab);
  process.env['KUBECONFIG'] = `${lab.stateDir}/kubeconfig`;
  await writeFile(process.env['KUBECONFIG'], 'apiVersion: v1\nkind: Config\n');
});

test.after.always(async () => {
  await lab?.down();
});

const HOSTS = ['dpu-worker', 'dpu-worker3'];

test.serial('the set-up leaves 17 interfaces, and says nothing but File exists', async (t) => {
  t.deepEqual(
    failed.map((line) => line.replace(/:.*: /, ': ')),
    ['dpu-worker temp-host0-0: File exists', 'dpu-worker3 temp-host1-0: File exists'],
  );
  const names = (await lab.node('dpu-worker').sh('ls /sys/class/net')).trim().split('\n');
  t.is(names.filter((name) => name !== 'lo').length, 17);
});

test.serial('that is one failure on each host, and the rest waits for it', async (t) => {
  const report = await examine('-i', 'kind:dpu');
  const wrong = report.results.filter(
    ({ verdict }) => verdict === 'fail' || verdict === 'error' || verdict === 'warn',
  );
  t.deepEqual(
    wrong.map(
      ({ target, checkId, findings }) => `${target} ${checkId} ${findings.map(({ message }) => message)}`,
    ),
    [
      'dpu-worker veth/leftovers temp-host0-0 was not renamed to eth0-0: another device has this name',
      'dpu-worker3 veth/leftovers temp-host1-0 was not renamed to eth0-0: another device has this name',
    ],
  );
  t.deepEqual(
    report.targets.map(({ name, role, simulation, pair }) => [name, role, simulation, pair]).sort(),
    [
      ['dpu-control-plane', 'control-plane', 'veth', undefined],
      ['dpu-worker', 'dpu-host', 'veth', 'dpu-worker2'],
      ['dpu-worker2', 'dpu', 'veth', 'dpu-worker'],
      ['dpu-worker3', 'dpu-host', 'veth', 'dpu-worker4'],
      ['dpu-worker4', 'dpu', 'veth', 'dpu-worker3'],
    ],
  );
  t.is(report.targets[0]?.uri.slice(0, 'container://docker/'.length), 'container://docker/');
});

test.serial(
  'who follows the remedy is told of the interface of kind, and then nothing is left',
  async (t) => {
    for (const [pair, name] of HOSTS.entries())
      await lab.node(name).sh(`
      ip link set eth0-0 down; ip link set eth0-0 name eth0
      ip link set temp-host${pair}-0 down; ip link set temp-host${pair}-0 name eth0-0; ip link set eth0 up`);
    const next = await examine('-i', 'kind:dpu');
    t.deepEqual(
      next.results.flatMap(({ target, checkId, verdict }) =>
        verdict === 'fail' ? [`${target} ${checkId}`] : [],
      ),
      HOSTS.map((name) => `${name} veth/host-isolation`),
    );
    for (const name of HOSTS) await lab.node(name).sh('ip link set eth0 down; ip addr flush dev eth0');
    const last = await examine('-i', 'kind:dpu');
    assertHealthy(t, last);
    for (const id of ['host-interfaces', 'peers', 'peer-namespaces', 'host-isolation'])
      t.is(
        last.results.find(({ checkId, target }) => checkId === `veth/${id}` && target === 'dpu-worker')
          ?.verdict,
        'pass',
        id,
      );
  },
);

test.serial('a single container is recognised without any inventory', async (t) => {
  const node = lab.node('dpu-control-plane');
  await node.sh(
    'cp /bin/sleep /usr/bin/kube-apiserver; setsid /usr/bin/kube-apiserver 3600 >/dev/null 2>&1 &',
  );
  const report = await examine(
    '-t',
    'docker:dpu-control-plane',
    '-t',
    'docker:dpu-worker3',
    '-t',
    'docker:dpu-worker4',
  );
  const roles = report.targets.map(({ role, simulation }) => `${role} ${simulation ?? ''}`.trim());
  t.deepEqual(roles, ['control-plane', 'dpu-host veth', 'dpu veth']);
  t.regex(report.targets[0]?.roleGround ?? '', /^kube-apiserver runs \(process \d+\)$/);
  t.is(report.exitCode, 0);
});

test.serial('a container that is not there is one error', async (t) => {
  const report = await examine('-t', 'docker:dpu-worker9', '-t', 'docker:dpu-worker4');
  t.is(report.exitCode, 2);
  const [unreachable] = report.results.filter(({ checkId }) => checkId === 'target/reachable');
  t.is(unreachable?.verdict, 'error');
  t.regex(unreachable?.reason ?? '', /docker has no container dpu-worker9/);
});
