import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Report } from '../../runner/report.ts';
import { downNetnsLab, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { assertHealthy, assertOnly, examine } from './examine.ts';

/*
 * Nodes that lie, flood, hang, die and try to make their examiner run something: real sshd's, shells, netdevs and
 * Open vSwitch.
 */

const NAME = `hostile-${process.pid}`;
const BIN = resolve(import.meta.dirname, '../../bin/dpu-doctor.ts');

let lab: NetnsLab;
let healthy: Report;
let directory: string;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dpu-doctor-hostile-'));
  lab = await upNetnsLab({ name: NAME, topology: 'bluefield', pairs: 1 });
});

test.after.always(async () => {
  await downNetnsLab({ name: NAME });
  await rm(directory, { recursive: true, force: true });
});

const nodes = (...args: readonly string[]): Promise<Report> => examine('-i', lab.inventoryFile, ...args);

test.serial('the lab is healthy', async (t) => {
  healthy = await nodes();
  assertHealthy(t, healthy);
});

const verdicts = (report: Report, target?: string): readonly string[] =>
  report.results
    .filter((result) => target === undefined || result.target === target)
    .map((result) => `${result.target} ${result.checkId} ${result.verdict}`);

/** What the kernel takes for the name of a device, and a shell, a terminal, JSON, XML or printf would take for more. */
const NAMES = [
  '$(>ow)',
  '`>ow`',
  ';reboot;',
  `a'b"c`,
  '*',
  '{name}',
  '[a-z]',
  '\u001b[2Jx',
  'x\u001b]0;o\u0007',
  ']]>',
  '&amp;',
  'é',
  'x|y',
  'a\\b',
  '-x',
  '<x>&',
];

test.serial('names of devices that would run something change no verdict, and run nothing', async (t) => {
  const { host, dpu } = lab.pair();
  const bytes = NAMES.map((name) =>
    [...Buffer.from(name)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
  const names = bytes.map((name) => `"$(printf '${name}')"`).join(' ');
  try {
    for (const node of [host, dpu]) {
      await node.sh(
        `for name in ${names}; do ip link add name "$name" type bridge; ip link set dev "$name" up; done`,
      );
      await node.restackSysfs();
    }
    const report = await nodes();
    t.deepEqual(verdicts(report), verdicts(healthy));
    for (const node of [host, dpu])
      t.is((await node.exec(['find', '/root', '/tmp', '/', '-maxdepth', '1', '-name', 'ow'])).stdout, '');
    t.false(existsSync('ow'));
  } finally {
    for (const node of [host, dpu]) {
      await node.sh(`for name in ${names}; do ip link delete dev "$name" || true; done`);
      await node.restackSysfs();
    }
  }
});

interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const run = async (args: readonly string[]): Promise<Ended> =>
  execa(process.execPath, [BIN, 'run', ...args], {
    reject: false,
    cwd: directory,
    timeout: 120_000,
    stripFinalNewline: false,
  });

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

test.serial('what Open vSwitch is made to say is quoted, in every report', async (t) => {
  const { dpu } = lab.pair();
  const name = await dpu.sh('ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename');
  const port = '\u001b]0;owned\u0007';
  try {
    await dpu.exec(['ovs-vsctl', '--timeout=5', 'add-port', 'br-int', '</failure>']);
    await dpu.exec(['ovs-vsctl', '--timeout=5', 'add-port', 'br-int', port]);
    await dpu.exec([
      'ovs-vsctl',
      '--timeout=5',
      'set',
      'Open_vSwitch',
      '.',
      'external_ids:host-k8s-nodename="$(touch ow)`id`"',
    ]);
    const outs = ['-r', 'json=out.json', '-r', 'junit=out.xml', '-r', 'human=out.txt'];
    const { exitCode, stdout, stderr } = await run(['-i', lab.inventoryFile, '-v', ...outs]);
    t.is(exitCode, 1, stderr);
    for (const text of [stdout, stderr]) t.notRegex(text, CONTROL);
    for (const file of ['out.json', 'out.xml', 'out.txt'])
      t.notRegex(await readFile(join(directory, file), 'utf8'), CONTROL, file);
    t.true(
      (await execa('xmllint', ['--noout', join(directory, 'out.xml')], { reject: false })).exitCode === 0,
    );
    const report = JSON.parse(await readFile(join(directory, 'out.json'), 'utf8')) as Report;
    assertOnly(t, healthy, report, [
      { target: 'dpu1', check: 'ovs/port-errors', code: 'NO_SUCH_DEVICE', message: '</failure>' },
      { target: 'host1', check: 'ovs/host-node-name-matches', message: '$(touch ow)`id`' },
      { target: 'dpu1', check: 'ovs/patch-port-names', verdict: 'warn', message: '$(touch ow)`id`' },
    ]);
    const remedies = report.results
      .flatMap(({ findings }) => findings.map(({ remedy }) => remedy))
      .join('\n');
    t.regex(remedies, /del-port br-int '<\/failure>'/);
    t.notRegex(remedies, /(?<!')\$\(touch/);
  } finally {
    await dpu.sh(`ovs-vsctl --if-exists del-port '</failure>' -- --if-exists del-port '${port}'`);
    await dpu.sh(`ovs-vsctl set Open_vSwitch . external_ids:host-k8s-nodename=${name.trim()}`);
  }
});

test.serial('a login shell that greets does no harm', async (t) => {
  const { dpu } = lab.pair();
  const file = dpu.path('/root/.bashrc');
  try {
    await writeFile(
      file,
      `printf 'Welcome to \\033[31mBlueField\\000!\\n'; echo 'stty: standard input' >&2; alias ip=false; cd /tmp\n`,
    );
    t.deepEqual(verdicts(await nodes()), verdicts(healthy));
  } finally {
    await rm(file, { force: true });
  }
});

/** Lets a program on the node be a shell script, found before the real one. */
async function withProgram(
  t: ExecutionContext,
  name: string,
  script: string,
  body: () => Promise<void>,
): Promise<void> {
  const { dpu } = lab.pair();
  const path = (await dpu.sh(`command -v ${name}`)).trim();
  const aside = `${path}.aside`;
  try {
    await dpu.sh(
      `mv ${path} ${aside}; printf '%s\\n' '#!/bin/sh' "$1" > ${path}; chmod 755 ${path}`.replace(
        '"$1"',
        `'${script.replaceAll("'", `'\\''`)}'`,
      ),
    );
    await body();
  } finally {
    await dpu.sh(`mv ${aside} ${path}`);
  }
  t.pass();
}

/** Asserts that what is wrong with dpu1 is told of it and of its pair, and that the others are examined as ever. */
function assertOthersExamined(t: ExecutionContext, report: Report): void {
  t.deepEqual(verdicts(report, 'control-plane'), verdicts(healthy, 'control-plane'));
  t.is(report.results.filter(({ target }) => target === 'host1').length, verdicts(healthy, 'host1').length);
}

test.serial('a program that floods is cut, and what does not need it is examined', async (t) => {
  await withProgram(t, 'ip', 'exec yes "$(head -c 4000 /dev/zero | tr "\\\\0" x)"', async () => {
    const report = await nodes();
    assertOthersExamined(t, report);
    const cut = report.results.filter(({ reasonCode }) => reasonCode === 'too-much-output');
    t.true(
      cut.length > 0 &&
        cut.every(({ target, reason }) => target !== 'control-plane' && /16 MiB/.test(reason ?? '')),
    );
    t.true(verdicts(report).includes('dpu1 ovs/version pass'));
    t.is(report.exitCode, 2);
  });
});

test.serial('a program that hangs costs what needs it, and is ended on the node', async (t) => {
  const { dpu } = lab.pair();
  await withProgram(t, 'ip', 'exec sleep 3333', async () => {
    const report = await nodes('--timeout', '12s');
    assertOthersExamined(t, report);
    t.true(report.results.some(({ reasonCode }) => reasonCode === 'timeout'));
    t.true(verdicts(report).includes('dpu1 system/swap pass'));
    t.is(report.exitCode, 2);
    await noSleeper(dpu);
  });
});

const noSleeper = (node: NetnsLab['nodes'][number]): Promise<void> =>
  waitFor('the end of what was given up on the node', async () => {
    const { stdout } = await node.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "']);
    return !stdout.includes('sleep 3333');
  });

test.serial('an interrupt leaves complete reports here and no process there', async (t) => {
  const { dpu } = lab.pair();
  await withProgram(t, 'ip', 'touch /tmp/waiting; exec sleep 3333', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'run', '-i', lab.inventoryFile, '-r', 'json=int.json', '-r', 'junit=int.xml'],
      {
        cwd: directory,
        stdio: 'ignore',
      },
    );
    const ended = new Promise<number | null>((done) => child.on('close', done));
    await waitFor('the program that hangs', () => existsSync(dpu.path('/tmp/waiting')));
    child.kill('SIGINT');
    t.is(await ended, 130);
    const report = JSON.parse(await readFile(join(directory, 'int.json'), 'utf8')) as Report;
    t.true(report.interrupted);
    t.deepEqual(
      [...new Set(verdicts(report).map((line) => line.replace(/ \w+$/, '')))].length,
      report.results.length,
    );
    t.true(
      report.results.some(({ target, reasonCode }) => target === 'dpu1' && reasonCode === 'interrupted'),
    );
    t.is((await execa('xmllint', ['--noout', join(directory, 'int.xml')], { reject: false })).exitCode, 0);
    await noSleeper(dpu);
  });
  await dpu.sh('rm -f /tmp/waiting');
});

test.serial('a session that dies in mid-answer is an error, and never a pass', async (t) => {
  // The shell of our script, and the sshd that it belongs to.
  const suicide = 'read -r _ _ _ parent _ < /proc/$PPID/stat; kill -KILL $parent $PPID';
  await withProgram(t, 'ip', suicide, async () => {
    const report = await nodes();
    assertOthersExamined(t, report);
    t.is(report.exitCode, 2);
    const own = report.results.filter(({ target }) => target === 'dpu1');
    t.true(own.some(({ verdict, reasonCode }) => verdict === 'error' && reasonCode === 'unreachable'));
    t.false(own.some(({ verdict, checkId }) => verdict === 'pass' && checkId.startsWith('ovs/ports')));
  });
});

test.serial('a login without a shell is one error of that node', async (t) => {
  const { dpu } = lab.pair();
  const passwd = await readFile(dpu.path('/etc/passwd'), 'utf8');
  for (const [shell, said] of [
    ['/usr/sbin/nologin', /ran no POSIX shell: it said 'This account is currently not available/],
    ['/usr/bin/env', /ran no POSIX shell/],
    ['/bin/cat', /ran no POSIX shell/],
  ] as const) {
    try {
      await writeFile(dpu.path('/etc/passwd'), passwd.replace(/^(root:.*:)[^:]*$/m, `$1${shell}`));
      const report = await nodes();
      assertOnly(t, healthy, report, [
        { target: 'dpu1', check: 'target/reachable', verdict: 'error', code: 'no-shell', message: said },
      ]);
      t.is(report.exitCode, 2);
    } finally {
      await writeFile(dpu.path('/etc/passwd'), passwd);
    }
  }
});

test.serial('a node that is gone, and a jump host on the way to another', async (t) => {
  const { host, dpu } = lab.pair();
  const config = join(directory, 'ssh_config');
  await writeFile(
    config,
    [
      'Host dpu1',
      `  HostName ${dpu.address}`,
      '  ProxyJump host1',
      'Host host1',
      `  HostName ${host.address}`,
      'Host *',
      '  User root',
      `  IdentityFile ${lab.identityFile}`,
      `  UserKnownHostsFile ${lab.knownHostsFile}`,
      '',
    ].join('\n'),
  );
  const report = await examine(
    '--ssh-config',
    config,
    '-t',
    'dpu1',
    '-t',
    `${dpu.address.replace(/\d+$/, '250')}`,
    '--timeout',
    '20s',
  );
  t.deepEqual(
    verdicts(report, 'dpu1').filter((line) => !line.includes('/host-node-name-matches')),
    verdicts(healthy, 'dpu1'),
  );
  t.is(report.results.filter(({ checkId }) => checkId === 'target/reachable').length, 1);
});

test.serial('a full disk costs the report that does not fit, and none of the others', async (t) => {
  const small = join(directory, 'small');
  await mkdir(small);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  try {
    await writeFile(join(small, 'out.json'), 'the report of yesterday\n');
    const { exitCode, stderr, stdout } = await run([
      ...['-i', lab.inventoryFile, '-r', `json=${small}/out.json`, '-r', 'junit=disk.xml', '-r', 'human'],
    ]);
    t.is(exitCode, 3, 'healthy, but nobody would read so');
    t.regex(
      stderr,
      /the json report could not be written to \S+small\/out\.json: ENOSPC[^\n]*\n {2}The disk is full/,
    );
    t.is(await readFile(join(small, 'out.json'), 'utf8'), 'the report of yesterday\n');
    t.deepEqual(await readdir(small), ['out.json'], 'nothing is left behind');
    t.regex(stdout, /exit code 0: healthy/);
    t.regex(await readFile(join(directory, 'disk.xml'), 'utf8'), /<\/testsuites>/);
  } finally {
    await execa('umount', [small]);
  }
});

test.serial('a node that examines itself says what it says over SSH', async (t) => {
  const dist = join(directory, 'dist');
  await execa(process.execPath, [resolve(import.meta.dirname, '../../scripts/build.ts'), dist]);
  for (const node of lab.nodes) {
    await execa('cp', ['-r', dist, node.path('/opt/dpu-doctor')]);
    await execa('cp', [process.execPath, node.path('/opt/node')]);
    const { stdout, stderr } = await node.exec(['/opt/node', '/opt/dpu-doctor/dpu-doctor.js', '--json']);
    const report = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`) as Report;
    const [target] = report.targets;
    t.is(target?.role, node.role);
    t.regex(target?.roleGround ?? '', /ovn|representor|VF/);
    const ofNode = healthy.results.filter(
      (result) => result.target === node.name && result.pair === undefined,
    );
    t.deepEqual(
      report.results.map(({ checkId, verdict }) => [checkId, verdict]),
      ofNode.map(({ checkId, verdict }) => [checkId, verdict]),
    );
    await rm(node.path('/opt/node'));
    await rm(node.path('/opt/dpu-doctor'), { recursive: true });
  }
});

test.serial('in the end the lab is as healthy as before', async (t) => {
  const report = await nodes();
  assertHealthy(t, report);
  t.deepEqual(verdicts(report), verdicts(healthy));
});
