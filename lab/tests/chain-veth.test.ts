import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { Chain, PairChains } from '../../facts/derived/chain/chain.ts';
import { assertCivil, dpuDoctor } from '../../test/helpers/cli.ts';
import { connectionDetails, connectionReady } from '../kubernetes/clusters/bluefield.ts';
import { type KubernetesObject, kindVethCluster } from '../kubernetes/index.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { apiServer } from './api-server.ts';
import { examine } from './examine.ts';
import { runOvs } from './veth.ts';

/* Chains of kind's veth topology: real veth pairs and Open vSwitch; of the cluster, an API server without kubelets. */

const server = apiServer('chain-veth');
let lab: NetnsLab;

test.serial.before(async () => {
  lab = await upNetnsLab({ name: `test-chain-veth-${process.pid}`, topology: 'veth', pairs: 1 });
});

test.after.always(() => lab?.down());

/** No DPU renews its lease here, and what follows may take longer than one holds. */
const staged = (t: ExecutionContext) =>
  server.staged(t, kindVethCluster({ pairs: 1, now: new Date(Date.now() + 600_000) }));

const targets = () => ['--kubeconfig', server.lab.kubeconfig, '--inventory', lab.inventoryFile];

async function chains(t: ExecutionContext): Promise<readonly Chain[]> {
  const ended = await dpuDoctor(['topology', '--json', ...targets()]);
  assertCivil(t, ended);
  const { pairs } = JSON.parse(ended.stdout) as { pairs: readonly PairChains[] };
  t.deepEqual(
    pairs.map(({ host, dpu }) => [host, dpu]),
    [['dpu-worker', 'dpu-worker2']],
  );
  return pairs.flatMap((pair) => pair.chains);
}

const VFS = Array.from({ length: 15 }, (_, index) => index + 1);

const verdicts = async (): Promise<ReadonlyMap<string, string>> => {
  const { results } = await examine(...targets(), '-s', 'chain');
  return new Map(
    results
      .filter(({ group }) => group === 'chain')
      .map(({ checkId, verdict, reason }) => [checkId, [verdict, reason].filter(Boolean).join(': ')]),
  );
};

test.serial(
  'each VF has its representor, the gateway interface is none, and beyond that nothing is known',
  async (t) => {
    await staged(t);
    t.deepEqual(
      (await chains(t)).map(({ holder, state, vf, links }) => [
        holder.kind,
        state,
        vf?.number,
        links.find(({ kind }) => kind === 'representor')?.name,
      ]),
      VFS.map((number) => ['nobody', 'whole', number, `rep0-${number}`]),
    );
    const found = await verdicts();
    t.is(found.get('chain/vf-representors'), 'pass');
    for (const check of ['pod-ports', 'port-duplicates', 'ports-without-pod'])
      t.is(found.get(`chain/${check}`), 'skip: Open vSwitch does not run on the DPU', check);
  },
);

test.serial('a representor that has another name is a broken chain, and the others are whole', async (t) => {
  await staged(t);
  const dpu = lab.node('dpu-worker2');
  await dpu.sh('ip link set rep0-3 name other');
  t.teardown(() => dpu.sh('ip link set other name rep0-3'));
  const broken = (await chains(t)).filter(({ state }) => state !== 'whole');
  t.deepEqual(
    broken.map(({ vf, fault }) => [vf?.number, fault?.kind, fault?.state]),
    [[3, 'representor', 'missing']],
  );
  // The checks of the testbed come before those of chains, and name it.
  t.regex((await verdicts()).get('chain/vf-representors') ?? '', /^blocked: veth\/representors/);
});

const SANDBOX = '3f'.repeat(32);

/** A pod with VF 1 of the host, as the CNI and ovnkube on the DPU leave it. */
const pod = (): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    annotations: { ...connectionDetails(1, SANDBOX), ...connectionReady() },
  },
  spec: { nodeName: 'dpu-worker', containers: [{ name: 'web', image: 'alpine' }] },
  status: { phase: 'Running' },
});

/** OVN's bridges as ovn-controller leaves them, and the representor of VF 1 as the pod's port. */
const BRIDGES = `
  ovs-vsctl --timeout=20 \\
    -- add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure \\
    -- add-port br-int rep0-1 -- set Interface rep0-1 \\
      external_ids:iface-id=default_web external_ids:sandbox=${SANDBOX} external_ids:ovn-installed=true`;
const OUTSIDE = `
  ip link add wire0 type veth peer name wire0-far
  ovs-vsctl --timeout=20 \\
    -- add-br breth0 -- set Bridge breth0 datapath_type=netdev \\
    -- add-port breth0 wire0 \\
    -- add-port br-int patch-inner -- set Interface patch-inner type=patch options:peer=patch-outer \\
    -- add-port breth0 patch-outer -- set Interface patch-outer type=patch options:peer=patch-inner \\
    -- set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:breth0`;

test.serial("a pod's VF is followed over Open vSwitch as far as it leads, and to the wire", async (t) => {
  await staged(t);
  const object = pod();
  await server.lab.api.create(object);
  t.teardown(() => server.lab.api.remove(object));
  const [host, dpu] = [lab.node('dpu-worker'), lab.node('dpu-worker2')];
  const stopOvs = await runOvs(dpu);
  t.teardown(async () => {
    await stopOvs();
    await dpu.exec(['ip', 'link', 'delete', 'wire0']);
  });
  await dpu.sh(BRIDGES);
  await host.sh('ip netns add web && ip link set eth0-1 netns web');
  t.teardown(() =>
    host.sh('ip -netns web link set eth0-1 netns 1 && ip netns del web; ip link set eth0-1 up'),
  );

  const [inner, ...others] = (await chains(t)).filter(({ vf }) => vf?.number === 1);
  t.deepEqual(others, []);
  t.like(inner?.holder, { kind: 'pod', name: 'web' });
  t.is(inner?.links.find(({ kind }) => kind === 'bridge')?.name, 'br-int');
  t.like(inner?.fault, { kind: 'patch', state: 'missing' });
  t.regex(inner?.fault?.ground ?? '', /br-int has no patch port to a bridge to the outside/);

  await dpu.sh(OUTSIDE);
  const [whole] = (await chains(t)).filter(({ vf }) => vf?.number === 1);
  t.is(whole?.state, 'whole', JSON.stringify(whole?.fault));
  t.deepEqual(
    whole?.links.slice(-2).map(({ kind, name }) => [kind, name]),
    [
      ['patch', 'patch-inner'],
      ['uplink', 'wire0'],
    ],
  );
});
