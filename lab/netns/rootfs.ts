import { readdir, readFile } from 'node:fs/promises';
import { must } from './run.ts';
import { sshdConfig, USERS } from './ssh.ts';

export interface Identity {
  name: string;
  /** The address sshd listens on; undefined where it listens outside the node. */
  listen: string | undefined;
  hosts: string;
  authorizedKey: string;
  osRelease: string;
}

/** The files that make a node a machine of its own. */
export async function identityFiles(node: Identity): Promise<Record<string, string>> {
  const [passwd, group, shadow] = await Promise.all(
    ['/etc/passwd', '/etc/group', '/etc/shadow'].map((file) => readFile(file, 'utf8')),
  );
  const users = Object.entries(USERS);
  return {
    '/etc/hostname': `${node.name}\n`,
    '/etc/hosts': `127.0.0.1 localhost\n127.0.1.1 ${node.name}\n::1 localhost ip6-localhost\n${node.hosts}`,
    '/etc/resolv.conf': 'nameserver 192.168.40.254\noptions timeout:1 attempts:1\n',
    '/etc/systemd/resolved.conf': '[Resolve]\nDNSStubListener=no\n',
    '/etc/os-release': node.osRelease,
    '/etc/passwd':
      passwd + users.map(([name, id]) => `${name}:x:${id}:${id}::/home/${name}:/bin/bash\n`).join(''),
    '/etc/group': group + users.map(([name, id]) => `${name}:x:${id}:\n`).join(''),
    // '*' is no password at all; '!' would lock the account for keys too.
    '/etc/shadow': shadow + users.map(([name]) => `${name}:*:19000:0:99999:7:::\n`).join(''),
    '/etc/sudoers': 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
    '/etc/sudoers.d/sre': 'sre ALL=(ALL:ALL) NOPASSWD: ALL\n',
    '/etc/ssh/sshd_config': sshdConfig(node.listen),
    '/etc/ssh/authorized_keys': `${node.authorizedKey}\n`,
    '/etc/motd': '',
  };
}

export const FILE_MODES: Record<string, number> = {
  '/etc/shadow': 0o640,
  '/etc/sudoers': 0o440,
  '/etc/sudoers.d/sre': 0o440,
  '/etc/ssh/ssh_host_ed25519_key': 0o600,
};

const isOvs = (name: string) => /openvswitch|^ovn-/.test(name);

export interface WithoutOvs {
  /** Paths to remove, relative to the root. */
  hidden: string[];
  dpkgStatus: string;
}

/** What a node without OVS must lose: the packages' files and their records. */
export async function withoutOvs(): Promise<WithoutOvs> {
  const status = await readFile('/var/lib/dpkg/status', 'utf8');
  const stanzas = status.split('\n\n').filter((stanza) => stanza.trim() !== '');
  const nameOf = (stanza: string) => /^Package: (.*)$/m.exec(stanza)?.[1] ?? '';
  const packages = stanzas.map(nameOf).filter(isOvs);
  const listed = await must(['dpkg-query', '--listfiles', ...packages]);
  const files = listed.split('\n').filter((file) => /openvswitch|ovs|ovn|vtep/.test(file));
  return {
    hidden: [...new Set([...files, ...(await records(packages)), ...(await alternatives())])].map((file) =>
      file.slice(1),
    ),
    dpkgStatus: `${stanzas.filter((stanza) => !isOvs(nameOf(stanza))).join('\n\n')}\n\n`,
  };
}

async function records(packages: readonly string[]): Promise<string[]> {
  // NAME.list, or NAME:ARCHITECTURE.list
  return await entries('/var/lib/dpkg/info', (file) => packages.includes(file.split(/[:.]/)[0] ?? ''));
}

/** What update-alternatives made at installation is in no package's list. */
async function alternatives(): Promise<string[]> {
  const directories = ['/usr/bin', '/usr/sbin', '/etc/alternatives', '/var/lib/dpkg/alternatives'];
  const found = await Promise.all(
    directories.map((directory) => entries(directory, (file) => /^(ovs|ovn|vtep)/.test(file))),
  );
  return found.flat();
}

async function entries(directory: string, wanted: (file: string) => boolean): Promise<string[]> {
  const files = await readdir(directory).catch(() => []);
  return files.filter(wanted).map((file) => `${directory}/${file}`);
}
