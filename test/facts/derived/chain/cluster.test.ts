import test from 'ava';
import { chains } from '../../../../facts/derived/chain/index.ts';
import type { ChainCluster, ChainPair } from '../../../../facts/derived/chain/input.ts';
import { bluefieldCluster } from '../../../../lab/kubernetes/index.ts';
import { chainOfPod, demoPair, had, known, linkOf, withDpu, withHost } from '../../../helpers/chain-input.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';
import { withInterface } from '../../../helpers/dpu-facts.ts';
import { withFunction } from '../../../helpers/node-facts.ts';

/** The objects that the Kubernetes testbed stages for host1 and dpu1 of the recorded cluster, read as a run reads them. */
function stagedCluster(): ChainCluster {
  const objects = bluefieldCluster({
    pairs: [
      {
        host: 'host1',
        hostAddress: '192.168.42.201',
        dpu: 'dpu1',
        dpuAddress: '192.168.41.127',
        subnet: '10.233.65',
        pods: ['ovs-offload-pod1-host1', 'ovs-offload-pod2-host1'],
      },
    ],
  });
  const facts = clusterFactsOf(objects);
  return {
    name: 'kubernetes',
    pods: known(facts.pods),
    networkAttachments: known(facts.networkAttachments),
  };
}

const PODS = ['ovs-offload-pod1-host1', 'ovs-offload-pod2-host1'];

/** The recorded nodes have no pods: their VFs are on the host, and the sandboxes are others than those of the objects. */
async function asWithPods(): Promise<ChainPair> {
  let pair = await demoPair(1);
  for (const [index, name] of PODS.entries()) {
    const address = `0000:02:00.${4 + index}`;
    const ovs = had(pair.dpu?.facts.ovs);
    const port = `pf0vf${index + 1}`;
    const pod = had(stagedCluster().pods).find((one) => one.name === name);
    const { default: details } = JSON.parse(
      pod?.annotations.get('k8s.ovn.org/dpu.connection-details') ?? '{}',
    ) as { default: { sandboxId: string } };
    const externalIds = new Map([
      ['iface-id', `ovn-kubernetes_${name}`],
      ['sandbox', details.sandboxId],
    ]);
    pair = withHost(pair, {
      pci: known(withFunction(had(pair.host.facts.pci), address, { netdevs: [] })),
    });
    pair = withDpu(pair, { ovs: known(withInterface(ovs, port, { externalIds })) });
  }
  return pair;
}

const chainsOf = (pair: ChainPair) => {
  const [only] = chains({ pairs: [pair], clusters: [stagedCluster()] });
  if (only === undefined) throw new Error('no pair');
  return only;
};

test('pods as a cluster has them and nodes as they were recorded make whole chains', async (t) => {
  const pair = chainsOf(await asWithPods());
  for (const name of PODS) {
    const chain = chainOfPod(pair, name);
    t.is(chain.state, 'whole', `${chain.fault?.kind}: ${chain.fault?.ground}`);
    t.is(linkOf(chain, 'network-attachment').name, 'kube-system/default');
    t.regex(linkOf(chain, 'network-attachment').ground, /mellanox\.com\/mlnx_sriov_cx6/);
  }
  t.deepEqual(
    pair.strays.map(({ kind }) => kind),
    ['port-in-error'],
  );
  t.deepEqual(pair.gaps, []);
});

test('the recorded nodes as they are: the VFs are still on the host', async (t) => {
  const pair = chainsOf(await demoPair(1));
  for (const name of PODS) {
    const { links, fault } = chainOfPod(pair, name);
    t.is(fault?.kind, 'vf');
    t.regex(fault?.ground ?? '', /in the host's network namespace/);
    t.regex(links.find(({ kind }) => kind === 'ovs-port')?.ground ?? '', /was added for sandbox/);
  }
});
