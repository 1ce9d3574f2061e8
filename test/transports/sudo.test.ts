import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { commandFailure } from '../../facts/fact.ts';
import type { CommandAnswer } from '../../facts/source.ts';
import { command } from '../../facts/sources.ts';
import { type Part, readAnswer } from '../../transports/answers.ts';
import { FrameReader } from '../../transports/frames.ts';
import { renderScript } from '../../transports/script.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const MARK = 'dpu-doctor-0123456789abcdef';
const AS_ROOT = command(['echo', 'as root'], { root: true });
const PLAIN = command(['echo', 'as oneself']);

/** Runs both as if by this user, with a stand-in for sudo that comes first on PATH. */
function run(t: ExecutionContext, uid: number, sudo: string): readonly CommandAnswer[] {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'sudo'), `#!/bin/sh\n${sudo}\n`);
  chmodSync(join(directory, 'sudo'), 0o755);
  // Real, effective, saved and of the file system: the effective one counts.
  writeFileSync(
    join(directory, 'status'),
    `Name:\tsh\nUid:\t1000\t${uid}\t${uid}\t${uid}\nGid:\t0\t0\t0\t0\n`,
  );
  const script = renderScript([AS_ROOT, PLAIN], MARK);
  t.true(script.includes('/proc/$$/status'));
  const { stdout, stderr } = spawnSync('sh', {
    input: script.replace('/proc/$$/status', join(directory, 'status')),
    env: { PATH: `${directory}:${process.env['PATH']}` },
  });
  const [out, err] = [new FrameReader(MARK), new FrameReader(MARK)];
  out.push(stdout);
  err.push(stderr);
  return [AS_ROOT, PLAIN].map((source, number) => {
    const part: Part = {
      path: '',
      exitCode: out.frames[number]?.exitCode ?? -1,
      stdout: out.frames[number]?.text ?? '',
      stderr: err.frames[number]?.text ?? '',
    };
    return readAnswer(source, [part]) as CommandAnswer;
  });
}

test('root needs no sudo', (t) => {
  const [asRoot] = run(t, 0, 'echo sudo was called >&2; exit 1');
  t.like(asRoot, { exitCode: 0, stdout: 'as root\n' });
});

test('anybody else goes through sudo -n, where root is needed and only there', (t) => {
  const [asRoot, plain] = run(t, 1000, '[ "$1 $2" = "-n --" ] || exit 9; shift 2; echo "sudo: $*"');
  t.like(asRoot, { exitCode: 0, stdout: 'sudo: echo as root\n' });
  t.like(plain, { exitCode: 0, stdout: 'as oneself\n' });
});

test('a refusal of sudo is a missing permission of that command', (t) => {
  const [asRoot, plain] = run(t, 1000, 'echo "sudo: a password is required" >&2; exit 1');
  const failure = commandFailure(asRoot as CommandAnswer);
  t.is(failure.code, 'permission');
  t.is(failure.message, 'echo needs root, and sudo -n was refused');
  t.regex(failure.hint ?? '', /NOPASSWD/);
  t.regex(failure.evidence?.said ?? '', /a password is required/);
  t.like(plain, { exitCode: 0 });
});

const failed = (stderr: string, exitCode = 1) =>
  commandFailure({ command: 'ovs-vsctl show', exitCode, stdout: '', stderr });

// The first four were seen with sudo 1.9.13; the others are sudo's words from its source.
for (const [stderr, code] of [
  ['sudo: a password is required\n', 'permission'],
  ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n', 'permission'],
  ['sudo: ovs-vsctl: command not found\n', 'missing-program'],
  [
    'sudo: unable to resolve host dpu1: Name or service not known\novs-vsctl: no row "x" in table Bridge\n',
    'command-failed',
  ],
  [
    'sudo: unable to resolve host dpu1: Name or service not known\nsudo: a password is required\n',
    'permission',
  ],
  [
    'sudo: setrlimit(RLIMIT_CORE): Operation not permitted\novs-vsctl: no row "x" in table Bridge\n',
    'command-failed',
  ],
  ["Sorry, user u is not allowed to execute '/usr/bin/ovs-vsctl show' as root on dpu1.\n", 'permission'],
  ['u is not in the sudoers file.\n', 'permission'],
] as const) {
  test(`sudo says: ${stderr.split('\n').join(' / ').slice(0, 90)}`, (t) => {
    t.is(failed(stderr).code, code);
  });
}

test('without sudo a command fails with its own words', (t) => {
  const failure = failed(
    'ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)\n',
  );
  t.is(failure.code, 'permission');
  t.regex(failure.hint ?? '', /install sudo/);
  t.is(failed('sh: ovs-vsctl: not found\n', 127).code, 'missing-program');
});
