import { execFileSync } from 'node:child_process';
import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findOvs } from '../../facts/ovs-program.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/** What `ovs` would run on a node with these processes, whose Open vSwitch runs in a container. */
async function found(
  t: ExecutionContext,
  processes: Readonly<Record<string, { readonly name: string; readonly uids: string }>>,
): Promise<string> {
  const directory = temporaryDirectory(t);
  const socket = join(directory, 'db.sock');
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  const proc = join(directory, 'proc');
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync(readlinkSync('/proc/self/ns/net'), join(proc, 'self/ns/net'));
  for (const [pid, { name, uids }] of Object.entries(processes)) {
    mkdirSync(join(proc, pid), { recursive: true });
    writeFileSync(join(proc, pid, 'comm'), `${name}\n`);
    writeFileSync(
      join(proc, pid, 'status'),
      `Name:\t${name}\nUmask:\t0022\nUid:\t${uids}\nGid:\t0\t0\t0\t0\n`,
    );
  }
  const script = findOvs('a-program-that-nobody-has')
    .replaceAll('/proc/', `${proc}/`)
    .replaceAll('/var/run/openvswitch/db.sock', socket);
  return execFileSync('sh', ['-c', `${script}\necho "$c"`], { encoding: 'utf8' })
    .trim()
    .replace(`${proc}/`, '');
}

const ROOT = '0\t0\t0\t0';

test("Open vSwitch's own program is run in the file system of its daemon", async (t) => {
  t.is(
    await found(t, { 17: { name: 'sshd', uids: ROOT }, 18: { name: 'ovsdb-server', uids: ROOT } }),
    'chroot 18/root',
  );
  t.is(await found(t, { 17: { name: 'sshd', uids: ROOT } }), '');
});

test("a process that is not root's, whatever it is called, gets nothing run in its file system", async (t) => {
  for (const uids of ['1000\t1000\t1000\t1000', '1000\t0\t0\t0', '0\t1000\t0\t0', '00\t0\t0\t0', '']) {
    const mine = { 17: { name: 'ovsdb-server', uids } };
    t.is(await found(t, mine), '', uids);
    t.is(await found(t, { ...mine, 18: { name: 'ovsdb-server', uids: ROOT } }), 'chroot 18/root', uids);
  }
});
