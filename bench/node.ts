import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { type LabNode, type NetnsLab, upNetnsLab } from '../lab/netns/index.ts';

/** As many as a BlueField-3 has with a few VFs and SFs in use. */
const NETDEVS = 24;

const TARGETS = 100;

/** Where dpu-doctor lies on the node. */
const INSTALLED = '/opt/dpu-doctor';

/** A DPU of the netns testbed, made ready to be measured. */
export interface BenchNode {
  readonly lab: NetnsLab;
  readonly node: LabNode;
  /** Its network devices. */
  readonly netdevs: number;
  /** For the node's own address, and for those of {@link targets}. */
  readonly sshConfig: string;
  /** Addresses of one sshd in the node's network namespace, each of them a target. */
  readonly targets: readonly string[];
  /** A command as it is run in all of the node's namespaces. */
  inside(...argv: readonly string[]): string[];
  /** A command of this machine that sees the node's network. */
  besides(...argv: readonly string[]): string[];
  /** Milliseconds of processor time that logins on the node have taken so far. */
  loginTime(): Promise<number>;
}

export async function prepareNode(dist: string): Promise<BenchNode> {
  const lab = await upNetnsLab({ name: `bench-${process.pid}`, topology: 'bluefield', pairs: 1 });
  try {
    return await prepare(lab, lab.pair().dpu, dist);
  } catch (error) {
    await lab.down();
    throw error;
  }
}

async function prepare(lab: NetnsLab, node: LabNode, dist: string): Promise<BenchNode> {
  const netdevs = await addRepresentors(node);
  await install(node, dist);
  const sshd = await serveLoopback(node);
  const targets = Array.from({ length: TARGETS }, (_, index) => `127.0.0.${index + 1}`);
  const sshConfig = await writeSshConfig(lab, node, targets);
  return {
    lab,
    node,
    netdevs,
    sshConfig,
    targets,
    inside: (...argv) => ['nsenter', `--target=${node.pid}`, ...SPACES, 'env', '-i', ...ENVIRONMENT, ...argv],
    besides: (...argv) => ['nsenter', `--net=/proc/${node.pid}/ns/net`, ...argv],
    loginTime: async () => (await childTime(node, '/run/sshd.pid')) + (await childTime(node, sshd)),
  };
}

const SPACES = ['--mount', '--uts', '--ipc', '--net', '--pid'];
const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];

/** Adds representors of further VFs to br-int. */
async function addRepresentors(node: LabNode): Promise<number> {
  const output = await node.sh(`
    have=$(ls /sys/class/net | wc -l)
    number=3
    while [ "$have" -lt ${NETDEVS} ]; do
      ip link add "pf0vf$number" type veth peer name "pf0vf$number.host"
      ovs-vsctl --timeout=5 --no-wait add-port br-int "pf0vf$number"
      number=$((number + 1)) have=$((have + 2))
    done
    ls /sys/class/net | wc -l`);
  await node.restackSysfs();
  return Number(output.trim().split('\n').at(-1));
}

async function install(node: LabNode, dist: string): Promise<void> {
  const at = node.path(INSTALLED);
  await mkdir(at, { recursive: true });
  await cp(dist, join(at, 'dist'), { recursive: true });
  await copyFile(join(dist, '../package.json'), join(at, 'package.json'));
  await copyFile(process.execPath, join(at, 'node'));
  await chmod(join(at, 'node'), 0o755);
  await copyFile(join(import.meta.dirname, 'yardstick.sh'), join(at, 'yardstick.sh'));
}

/** Where things lie on the node after the preparation. */
export const onNode = {
  node: `${INSTALLED}/node`,
  dpuDoctor: `${INSTALLED}/dist/dpu-doctor.js`,
  yardstick: `${INSTALLED}/yardstick.sh`,
};

/** Starts an sshd for all loopback addresses and returns its pid file. */
async function serveLoopback(node: LabNode): Promise<string> {
  const pidFile = '/run/bench-sshd.pid';
  await node.sh(`
    sed -e '/^ListenAddress/d' -e 's/^Port .*/Port 2222/' -e 's/^MaxStartups.*/MaxStartups 1000/' \
      -e 's|^PidFile.*|PidFile ${pidFile}|' /etc/ssh/sshd_config > /run/bench-sshd.conf
    /usr/sbin/sshd -f /run/bench-sshd.conf
    until [ -s ${pidFile} ]; do sleep 0.05; done`);
  return pidFile;
}

/** One configuration for OpenSSH and for dpu-doctor, and known_hosts with a line for each target, as people have them. */
async function writeSshConfig(lab: NetnsLab, node: LabNode, targets: readonly string[]): Promise<string> {
  const knownHosts = join(lab.stateDir, 'bench_known_hosts');
  const [type, key] = (await node.sh('cat /etc/ssh/ssh_host_ed25519_key.pub')).split(' ');
  await writeFile(knownHosts, targets.map((address) => `[${address}]:2222 ${type} ${key}\n`).join(''));
  const section = [
    'Host 127.0.0.*',
    '  Port 2222',
    '  User root',
    `  IdentityFile ${lab.identityFile}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  StrictHostKeyChecking yes',
    '  KexAlgorithms curve25519-sha256',
    '',
  ].join('\n');
  const file = join(lab.stateDir, 'bench_ssh_config');
  await writeFile(file, `${await readFile(lab.sshConfigFile, 'utf8')}\n${section}`);
  return file;
}

/** USER_HZ, in which /proc/<pid>/stat counts. */
const TICK = 10;

/** Processor time of the children that a daemon has seen end: cutime and cstime of proc(5). */
async function childTime(node: LabNode, pidFile: string): Promise<number> {
  const stat = await readFile(
    node.path(`/proc/${(await readFile(node.path(pidFile), 'utf8')).trim()}/stat`),
    'utf8',
  );
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}

/** Runs a program to its end and gives what it printed. */
export async function outputOf(argv: readonly string[]): Promise<string> {
  const [file = '', ...args] = argv;
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: Error & { code?: unknown; stdout?: string }) => {
      // dpu-doctor's own exit codes up to 2 are verdicts.
      if (typeof error.code === 'number' && error.code <= 2) return { stdout: error.stdout ?? '' };
      throw error;
    },
  );
  return stdout;
}
