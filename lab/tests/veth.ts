import { readFile, writeFile } from 'node:fs/promises';
import { type LabNode, type NetnsLab, startStandIn, stopStandIn, type Undo } from '../netns/index.ts';
import { startOvs } from '../netns/ovs.ts';
import { ipBatch } from '../netns/run.ts';

/** What is changed on a testbed, and put back. */
export type Change = (lab: NetnsLab) => Promise<Undo>;

/** A shell script in a node, and the one that undoes it. */
export const script =
  (side: 'host' | 'dpu', apply: string, undo: string, pair = 1): Change =>
  async (lab) => {
    const node = lab.pair(pair)[side];
    await node.sh(apply);
    return async () => {
      await node.sh(undo);
    };
  };

/** A veth pair between two namespaces of the lab, as it should not be. */
export const extraPair =
  (a: readonly [name: string, netns: (lab: NetnsLab) => string], b: typeof a, script = ''): Change =>
  async (lab) => {
    const [name, netns] = [a[0], a[1](lab)];
    await ipBatch([`link add ${name} netns ${netns} type veth peer name ${b[0]} netns ${b[1](lab)}`]);
    for (const line of script.split('\n').filter(Boolean)) await ipBatch([line], { netns });
    return () => ipBatch([`link delete ${name}`], { netns });
  };

export const hostOf =
  (pair: number) =>
  (lab: NetnsLab): string =>
    lab.pair(pair).host.netns;

export const dpuOf =
  (pair: number) =>
  (lab: NetnsLab): string =>
    lab.pair(pair).dpu.netns;

/** The pairs of one number lead from each host to the other DPU, with the same interface indexes on either side. */
export const crossedAlike =
  (number: number): Change =>
  async (lab) => {
    const vf = `eth0-${number}`;
    const remove = async (): Promise<void> => {
      for (const pair of [1, 2]) await ipBatch([`link delete ${vf}`], { netns: lab.pair(pair).host.netns });
    };
    const connect = async (host: LabNode, dpu: LabNode, representor: string): Promise<void> => {
      await ipBatch([
        `link add ${vf} index 203 netns ${host.netns} type veth peer name ${representor} index 303 netns ${dpu.netns}`,
      ]);
      await ipBatch([`link set ${vf} up`], { netns: host.netns });
      await ipBatch([`link set ${representor} up`], { netns: dpu.netns });
    };
    const [first, second] = [lab.pair(1), lab.pair(2)];
    await remove();
    await connect(first.host, second.dpu, `rep1-${number}`);
    await connect(second.host, first.dpu, `rep0-${number}`);
    return async () => {
      await remove();
      await connect(first.host, first.dpu, `rep0-${number}`);
      await connect(second.host, second.dpu, `rep1-${number}`);
    };
  };

/** A program that the node no longer has. */
export const withoutProgram = (side: 'host' | 'dpu', program: string): Change => {
  const aside = `/run/lab/${program.replaceAll('/', '-')}.aside`;
  return script(side, `mv ${program} ${aside}`, `mv ${aside} ${program}`);
};

/** Open vSwitch runs on a simulated DPU, without any bridge yet. */
export async function runOvs(dpu: LabNode): Promise<Undo> {
  const database = '/etc/openvswitch/conf.db';
  await dpu.sh('rm -rf /etc/openvswitch');
  await startOvs(dpu, { externalIds: { 'system-id': '0b2f24f4-3c62-4a0c-9b66-5d3c5e0f5d5a' } });
  return async () => {
    await dpu.sh(`
      for bridge in $(ovs-vsctl --timeout=20 list-br); do ovs-vsctl --timeout=20 del-br "$bridge"; done
      for daemon in ovs-vswitchd ovsdb-server; do
        pid=$(cat /run/openvswitch/$daemon.pid)
        kill -9 "$pid"
        for attempt in $(seq 200); do [ -e "/proc/$pid" ] || break; sleep 0.05; done
      done
      rm -rf /run/openvswitch/* ${database} /var/log/openvswitch/*`);
  };
}

/** ovnkube as seed K's second DaemonSet runs it on a DPU. */
export async function runOvnkube(node: LabNode, args: readonly string[] = []): Promise<Undo> {
  const env = { OVNKUBE_NODE_MODE: 'dpu', DPU_REPRESENTOR_MODE: 'veth', K8S_NODE_DPU: node.name };
  await startStandIn(node, { program: 'ovnkube', args: ['--ovnkube-node-mode=dpu', ...args], env });
  return () => stopStandIn(node, 'ovnkube');
}

/** The inventory of a lab with its lines changed. */
export async function changedInventory(
  lab: NetnsLab,
  name: string,
  change: (text: string) => string,
): Promise<string> {
  const file = `${lab.stateDir}/${name}.yaml`;
  await writeFile(file, change(await readFile(lab.inventoryFile, 'utf8')));
  return file;
}

/** Nothing of a node is told: neither role, nor pair, nor that it is simulated. */
export const withoutRoles = (text: string): string =>
  text.replace(/^ {4}(?:role|simulation|dpu): .*\n/gm, '');
