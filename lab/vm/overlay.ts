import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archive, type Entry } from './build/cpio.ts';
import type { Keys } from './keys.ts';
import type { Profile } from './types.ts';

const guest = join(import.meta.dirname, 'guest');

export interface GuestConfig {
  name: string;
  profile: Profile;
  hostNode: string;
  keys: Keys;
}

/**
 * A second archive behind the initrd's: what is laid over the root disk at each boot.
 * So a change of the guest's scripts needs no new image.
 */
export async function overlay(config: GuestConfig): Promise<Buffer> {
  const entries: Entry[] = [];
  const directory = (path: string, permissions = 0o755) =>
    entries.push({ path, mode: 0o040000 | permissions });
  const file = (path: string, data: Buffer | string, permissions = 0o644) =>
    entries.push({ path, mode: 0o100000 | permissions, data: Buffer.from(data) });

  for (const path of ['overlay', 'overlay/lab', 'overlay/etc', 'overlay/etc/ssh', 'overlay/etc/systemd'])
    directory(path);
  directory('overlay/root', 0o700);
  directory('overlay/root/.ssh', 0o700);
  for (const item of await readdir(guest, { withFileTypes: true }))
    if (item.isFile()) file(`overlay/lab/${item.name}`, await readFile(join(guest, item.name)), 0o755);

  const etc = async (name: string) => readFile(join(guest, 'etc', name));
  file('overlay/etc/resolv.conf', await etc('resolv.conf'));
  file('overlay/etc/systemd/resolved.conf', await etc('resolved.conf'));
  file('overlay/etc/ssh/sshd_config', await etc('sshd_config'));
  file('overlay/etc/hostname', `${config.name}\n`);
  file('overlay/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${config.name}\n::1 localhost ip6-localhost\n`);
  file('overlay/etc/ssh/ssh_host_ed25519_key', config.keys.host, 0o600);
  file('overlay/etc/ssh/ssh_host_ed25519_key.pub', config.keys.hostPublic);
  file('overlay/root/.ssh/authorized_keys', config.keys.clientPublic, 0o600);
  const oob = config.profile === 'dpu' ? 'oob_net0' : 'eno1';
  const settings = { NAME: config.name, PROFILE: config.profile, HOST: config.hostNode, OOB: oob };
  file(
    'overlay/lab/config',
    Object.entries(settings)
      .map(([key, value]) => `LAB_${key}=${value}\n`)
      .join(''),
  );
  return archive(entries);
}
