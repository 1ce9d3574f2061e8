import path from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import {
  downJointLab,
  type JointLab,
  jointFaults,
  openJointLab,
  upJointLab,
  type VfPod,
} from '../joint/index.ts';
import { clusterDirectory, defaultDirectory, netnsDirectory } from '../joint/state.ts';
import type { KubernetesObject } from '../kubernetes/index.ts';
import { processesOf } from '../kubernetes/processes.ts';
import { waitFor } from '../netns/wait.ts';
import { assertNothingLeft, held, sysctls } from './leftovers.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const name = `test-joint-${process.pid}`;
let lab: JointLab;
let before: string[];

test.before(async () => {
  before = await sysctls();
  lab = await upJointLab({ name });
});

test.after.always(() => downJointLab({ name }));

const places = (directory: string) => ({
  files: directory,
  cluster: clusterDirectory(directory),
  subnet: netnsDirectory(directory),
});

async function startPod(t: ExecutionContext, called: string, pair: number): Promise<VfPod> {
  const pod = await lab.startPod(called, pair);
  t.teardown(() => lab.removePod(pod));
  return pod;
}

/** Each port of a DPU's br-int with its external ids. */
async function ports(dpu: string): Promise<Map<string, Record<string, string>>> {
  const argv = ['ovs-vsctl', '--timeout=10', '--format=json', '--columns=name,external_ids'];
  const { stdout } = await lab.nodes.node(dpu).exec([...argv, 'list', 'Interface']);
  const { data } = JSON.parse(stdout) as { data: [string, [string, [string, string][]]][] };
  return new Map(data.map(([called, [, ids]]) => [called, Object.fromEntries(ids)]));
}

const logicalPorts = (switchName: string) =>
  lab.nodes.node('control-plane').sh(`ovn-nbctl --timeout=10 lsp-list ${switchName}`);

/** What the host's sysfs shows as the netdev of a VF. */
const netdevOfVf = async ({ pair, vf }: VfPod): Promise<string> => {
  const { stdout } = await lab.nodes
    .node(pair.host)
    .exec(['ls', `/sys/bus/pci/devices/0000:02:00.${3 + vf.index}/net`]);
  return stdout.trim();
};

test.serial(
  'the nodes of the netns testbed are those of a cluster, each with a kubelet of its own',
  async (t) => {
    const nodes = await lab.api.list('/api/v1/nodes');
    const seen = nodes.map(({ metadata, status }) => {
      const { addresses, conditions } = status as {
        addresses: { type: string; address: string }[];
        conditions: { type: string; status: string }[];
      };
      const address = addresses.find(({ type }) => type === 'InternalIP')?.address;
      const ready = conditions.find(({ type }) => type === 'Ready')?.status;
      const roles = ['k8s.ovn.org/dpu-host', 'k8s.ovn.org/dpu', 'node-role.kubernetes.io/control-plane'];
      const role = roles.filter((label) => metadata.labels?.[label] !== undefined).join();
      return [metadata.name, address, ready, role];
    });
    t.deepEqual(seen, [
      ['control-plane', '192.168.40.111', 'True', 'node-role.kubernetes.io/control-plane'],
      ['dpu1', '192.168.41.127', 'True', 'k8s.ovn.org/dpu'],
      ['dpu2', '192.168.41.128', 'True', 'k8s.ovn.org/dpu'],
      ['host1', '192.168.42.201', 'True', 'k8s.ovn.org/dpu-host'],
      ['host2', '192.168.42.202', 'True', 'k8s.ovn.org/dpu-host'],
    ]);
    for (const { name: node } of lab.nodes.nodes) {
      const { stdout } = await lab.nodes.node(node).exec(['pgrep', '--exact', '--list-name', 'kubelet']);
      t.regex(stdout, /kubelet/, node);
    }
    t.deepEqual(await sysctls(), before, 'kubelets change nothing of the machine');
  },
);

test.serial(
  'ovnkube runs where its DaemonSets put it, with the arguments that their environment means',
  async (t) => {
    const modes = await Promise.all(
      ['host1', 'dpu1', 'control-plane'].map(async (node) => {
        const { stdout } = await lab.nodes
          .node(node)
          .exec(['pgrep', '--full', '--list-full', '--', '--init-node=']);
        return /--init-node=(\S*).*?(?:--ovnkube-node-mode=(\S+)|$)/s.exec(stdout)?.slice(1);
      }),
    );
    t.deepEqual(modes, [
      ['host1', 'dpu-host'],
      ['host1', 'dpu'],
      ['control-plane', undefined],
    ]);
  },
);

test.serial(
  'pods on two hosts reach each other over their VFs, both DPUs and the tunnel between them',
  async (t) => {
    const pods = await Promise.all([1, 2].map((pair) => startPod(t, `reach-${pair}`, pair)));
    const [one, two] = pods;
    if (one === undefined || two === undefined) return t.fail();
    for (const pod of pods) {
      const { vf, pair, uid, sandbox, ifaceId } = pod;
      const port = (await ports(pair.dpu)).get(vf.representor);
      t.like(port, { 'iface-id': ifaceId, 'iface-id-ver': uid, sandbox, 'ovn-installed': 'true' });
      t.is(await netdevOfVf(pod), '', 'the VF is in the pod');
    }
    const link = await lab.exec(one, ['cat', '/sys/class/net/eth0/address']);
    t.is(link.stdout.trim(), one.vf.mac);
    // The first packets to a new peer are lost.
    await waitFor(`${two.address} to answer ${one.address}`, async () => {
      return (await lab.exec(one, ['ping', '-c', '1', '-W', '1', two.address])).code === 0;
    });
    const ping = await lab.exec(one, ['ping', '-c', '3', '-W', '5', two.address]);
    t.regex(ping.stdout, /3 packets transmitted, 3 packets received/);
    // OVS writes what passed into its database every few seconds.
    await waitFor('the tunnel to count the ping', async () => {
      const peer = 'options:remote_ip=192.168.41.128';
      const said = await lab.nodes
        .node('dpu1')
        .sh(`ovs-vsctl --timeout=10 --bare --columns=statistics find Interface ${peer}`);
      return Number(/tx_packets=(\d+)/.exec(said)?.[1]) >= 3;
    });
  },
);

test.serial('a removed pod leaves no port, and its VF goes back to the host', async (t) => {
  const there = await ports('dpu1');
  const logical = await logicalPorts('host1');
  const pod = await lab.startPod('short-lived', 1);
  t.notDeepEqual(await ports('dpu1'), there);
  t.not(await logicalPorts('host1'), logical);
  await lab.removePod(pod);
  await waitFor("the host's sysfs to show the VF", async () => (await netdevOfVf(pod)) === pod.vf.netdev);
  t.deepEqual(await ports('dpu1'), there);
  t.is(await logicalPorts('host1'), logical);
});

test.serial('a pod that is given no VF does not start, with the words of OVN-Kubernetes', async (t) => {
  const undo = await fault('network-without-resource').apply(lab);
  t.teardown(undo);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'without-device', namespace: 'default' },
    spec: {
      nodeName: 'host1',
      containers: [{ name: 'app', image: 'alpine', imagePullPolicy: 'IfNotPresent' }],
    },
  };
  await lab.api.create(pod);
  t.teardown(() => lab.api.remove(pod));
  const words = /unexpected configuration, pod request on dpu host\. device ID must be provided/;
  await waitFor('the event', async () => {
    const events = await lab.api.list('/api/v1/namespaces/default/events');
    return events.some(
      ({ reason, message }) => reason === 'FailedCreatePodSandBox' && words.test(String(message)),
    );
  });
  t.pass();
});

function fault(called: string) {
  const found = jointFaults.find(({ name }) => name === called);
  if (found === undefined) throw new Error(`no fault ${called}`);
  return found;
}

/** What faults change, without what changes by itself. */
async function snapshot(): Promise<unknown> {
  const [nodes, sets, leases, network, pool, ...dpus] = await Promise.all([
    lab.api.list('/api/v1/nodes'),
    lab.api.list('/apis/apps/v1/namespaces/ovn-kubernetes/daemonsets'),
    lab.api.list('/apis/coordination.k8s.io/v1/namespaces/ovn-kubernetes/leases'),
    lab.api.get('/apis/k8s.cni.cncf.io/v1/namespaces/kube-system/network-attachment-definitions/default'),
    lab.api.get('/api/v1/namespaces/kube-system/configmaps/sriovdp-config'),
    ...lab.pairs.map(({ dpu }) => ports(dpu)),
  ]);
  return {
    nodes: nodes.map(({ metadata: { labels }, status }) => [
      labels,
      (status as { capacity: object }).capacity,
    ]),
    sets: sets.map(({ spec }) => (spec as { template: object }).template),
    live: leases.map(({ spec }) => {
      const { renewTime } = spec as { renewTime: string };
      return Date.now() - Date.parse(renewTime) < 60_000;
    }),
    network: (network as KubernetesObject).metadata.annotations,
    pool: (pool as KubernetesObject)['data'],
    ports: dpus.map((all) => [...all].map(([called, ids]) => [called, ids['iface-id']]).sort()),
  };
}

for (const { name: called, apply } of jointFaults) {
  test.serial(`fault ${called} changes something, and undoing it puts that back`, async (t) => {
    const pod = await startPod(t, 'subject', 1);
    const healthy = await snapshot();
    const undo = await apply(lab, { pod: pod.name });
    t.notDeepEqual(await snapshot(), healthy);
    await undo();
    t.deepEqual(await snapshot(), healthy);
  });
}

test.serial('the lab is found by its name', async (t) => {
  const found = await openJointLab({ name });
  t.is(found?.kubeconfig, lab.kubeconfig);
  t.deepEqual(await found?.runningPods(), []);
  t.is(await openJointLab({ name: `${name}-not` }), undefined);
});

test.serial('down leaves nothing', async (t) => {
  const { indices, mine } = await held(places(lab.directory));
  t.is(indices.length, 1);
  await lab.startPod('still-running', 1);
  await lab.down();
  await assertNothingLeft(t, places(lab.directory), mine);
});

test.serial('down leaves nothing after an up that was killed', async (t) => {
  const killed = `test-killed-${process.pid}`;
  const directory = defaultDirectory(killed);
  const up = execa(process.execPath, ['lab/cli.ts', 'up', 'joint', '--name', killed, '--pairs=1'], {
    cwd: ROOT,
    reject: false,
  });
  // Kubelets start, and nothing is on record yet.
  await waitFor(
    'the first containerd',
    async () => {
      const running = await processesOf(clusterDirectory(directory));
      return running.length > 5;
    },
    { timeoutMs: 60_000 },
  );
  up.kill('SIGKILL');
  await up;
  const { mine } = await held(places(directory));
  await downJointLab({ name: killed });
  await assertNothingLeft(t, places(directory), mine);
});
