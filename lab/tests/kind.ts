import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import type { LabNode, NetnsLab } from '../netns/index.ts';
import { ipBatch } from '../netns/run.ts';

const SUBNET = '172.18.0';

/** The nodes of a kind cluster before step 4 of seed K: every one on the network of kind by its eth0. */
export async function joinKindNetwork(lab: NetnsLab): Promise<void> {
  const kind = lab.netns('kind');
  await ipBatch([`netns add ${kind}`]);
  await ipBatch(['link add kind type bridge', `addr add ${SUBNET}.1/16 dev kind`, 'link set kind up'], {
    netns: kind,
  });
  for (const [index, host] of [lab.pair(1).host, lab.pair(2).host].entries()) {
    const port = `port${index}`;
    await ipBatch([`link add ${port} type veth peer name eth0 netns ${host.netns}`], { netns: kind });
    await ipBatch([`link set ${port} master kind up`], { netns: kind });
    await host.sh(`
      ip addr add ${SUBNET}.${index + 3}/16 dev eth0
      ip link set eth0 up
      ip route add default via ${SUBNET}.1`);
  }
}

/**
 * Step 4 of seed K, one command after the other in its order, with the outcome that it really has: the second rename
 * to eth0-0 fails, and the errors of the last renames are hidden. Returns the names of the commands that failed.
 */
export async function setUpAsDocumented(lab: NetnsLab, interfaces = 16): Promise<readonly string[]> {
  const failed: string[] = [];
  const rename = async (node: LabNode, from: string, to: string): Promise<void> => {
    const { exitCode, stderr } = await node.exec(['ip', 'link', 'set', from, 'name', to]);
    if (exitCode !== 0) failed.push(`${node.name} ${from}: ${stderr.trim()}`);
  };
  const netns = lab.netns('kind');
  const pairs = [0, 1].map((pair) => ({ pair, ...lab.pair(pair + 1) }));
  const further = Array.from({ length: interfaces - 1 }, (_, index) => index + 1);
  const make = (host: string, dpu: string) =>
    ipBatch([`link add ${host} type veth peer name ${dpu}`], { netns });
  const move = async (netdev: string, node: LabNode): Promise<void> =>
    ipBatch([`link set ${netdev} netns ${node.pid}`], { netns });

  for (const { pair } of pairs)
    for (const index of further) await make(`host${pair}-eth0-${index}`, `dpu${pair}-rep${pair}-${index}`);
  for (const { host } of pairs) await rename(host, 'eth0', 'eth0-0');
  for (const { pair } of pairs) await make(`temp-host${pair}-0`, `temp-rep${pair}-0`);
  for (const { pair, host, dpu } of pairs) {
    await move(`temp-host${pair}-0`, host);
    await move(`temp-rep${pair}-0`, dpu);
  }
  for (const { pair, host, dpu } of pairs) {
    await rename(host, `temp-host${pair}-0`, 'eth0-0');
    await rename(dpu, `temp-rep${pair}-0`, `rep${pair}-0`);
  }
  for (const { pair, host, dpu } of pairs) {
    for (const index of further) {
      await move(`host${pair}-eth0-${index}`, host);
      await move(`dpu${pair}-rep${pair}-${index}`, dpu);
      await rename(host, `host${pair}-eth0-${index}`, `eth0-${index}`);
      await rename(dpu, `dpu${pair}-rep${pair}-${index}`, `rep${pair}-${index}`);
    }
    await host.exec(['ip', 'route', 'del', 'default']);
  }
  return failed;
}

/** A stand-in for docker in a folder of the lab: its containers are the lab's nodes. Returns PATH with it. */
export async function withDocker(lab: NetnsLab): Promise<string> {
  const line = ({ name, role }: LabNode): string =>
    JSON.stringify({
      Names: name,
      Labels: `io.x-k8s.kind.cluster=dpu,io.x-k8s.kind.role=${role === 'control-plane' ? role : 'worker'}`,
    });
  const folder = `${lab.stateDir}/bin`;
  await mkdir(folder, { recursive: true });
  await writeFile(
    `${folder}/docker`,
    `#!/bin/sh
if [ "$1" = ps ]; then
${lab.nodes.map((node) => `  echo '${line(node)}'`).join('\n')}
  exit
fi
[ "$1 $2" = 'exec -i' ] || { echo "docker: '$*' is not known" >&2; exit 125; }
case $3 in
${lab.nodes.map(({ name, pid }) => `  ${name}) pid=${pid} ;;`).join('\n')}
  *) echo "Error response from daemon: No such container: $3" >&2; exit 1 ;;
esac
shift 3
exec nsenter --target="$pid" --mount --uts --ipc --net --pid env -i HOME=/root \\
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
`,
  );
  await chmod(`${folder}/docker`, 0o755);
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}
