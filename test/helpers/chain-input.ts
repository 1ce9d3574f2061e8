import { resolve } from 'node:path';
import type { Chain, ChainLink, LinkKind, PairChains } from '../../facts/derived/chain/chain.ts';
import { chains } from '../../facts/derived/chain/index.ts';
import {
  type ChainCluster,
  type ChainNetworkAttachment,
  type ChainPair,
  type ChainPod,
  DPU_CHAIN_FACTS,
  type DpuChainFacts,
  HOST_CHAIN_FACTS,
  type HostChainFacts,
} from '../../facts/derived/chain/input.ts';
import type { Devlink, DevlinkPort } from '../../facts/devlink.ts';
import { type Outcome, parseFact } from '../../facts/fact.ts';
import { FACTS, type FactName } from '../../facts/index.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import type { Ovs } from '../../facts/ovs.ts';
import type { Source } from '../../facts/source.ts';
import { readAnswer } from '../../transports/answers.ts';
import { recordedNode } from '../../transports/recorded.ts';
import { aBridge, anInterface, aPatch, aTunnel, dpu } from './dpu-facts.ts';
import { aLink, aNetdev, anOvnkube, dpuHost, VFS, withFunction } from './node-facts.ts';

export const known = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

export const notHad = (message: string): Outcome<never> => ({
  ok: false,
  failure: { code: 'permission', message },
});

export const NO_DEVLINK: Devlink = { unavailable: undefined, eswitches: new Map(), ports: [] };

export const RESOURCE = 'mellanox.com/mlnx_sriov_cx6';

/** A pod of seed A L371-391 that holds a VF, with what Multus, the CNI and the DPU wrote to it. */
export function aPod(vf: number, given: Partial<ChainPod> = {}): ChainPod {
  const { name = `pod${vf}`, namespace = 'default' } = given;
  return {
    namespace,
    name,
    uid: `uid-of-${name}`,
    node: 'host1',
    phase: 'Running',
    hostNetwork: false,
    deleting: false,
    devices: new Map([[RESOURCE, '1']]),
    annotations: annotationsOf(vf, name),
    ...given,
  };
}

export const annotationsOf = (vf: number, name: string): ReadonlyMap<string, string> =>
  new Map([
    ['v1.multus-cni.io/default-network', 'default'],
    [
      'k8s.ovn.org/dpu.connection-details',
      JSON.stringify({ default: { pfId: '0', vfId: String(vf), sandboxId: `sandbox-of-${name}` } }),
    ],
    ['k8s.ovn.org/dpu.connection-status', JSON.stringify({ default: { Status: 'Ready' } })],
    [
      'k8s.v1.cni.cncf.io/network-status',
      JSON.stringify([
        {
          name: 'ovn-kubernetes',
          interface: 'eth0',
          default: true,
          'device-info': { type: 'pci', version: '1.1.0', pci: { 'pci-address': VFS[vf] } },
        },
      ]),
    ],
  ]);

/** The pod with one annotation changed, or taken away. */
export function withAnnotation(pod: ChainPod, key: string, value: string | undefined): ChainPod {
  const annotations = new Map(pod.annotations);
  if (value === undefined) annotations.delete(key);
  else annotations.set(key, value);
  return { ...pod, annotations };
}

export const anAttachment = (given: Partial<ChainNetworkAttachment> = {}): ChainNetworkAttachment => ({
  namespace: 'kube-system',
  name: 'default',
  resourceName: RESOURCE,
  ...given,
});

export const podPort = (representor: string, pod: string, namespace = 'default') =>
  anInterface(representor, {
    externalIds: new Map([
      ['iface-id', `${namespace}_${pod}`],
      ['iface-id-ver', `uid-of-${pod}`],
      ['sandbox', `sandbox-of-${pod}`],
    ]),
  });

export const INNER = 'patch-br-int-to-brp0_host1';
export const OUTER = 'patch-brp0_host1-to-br-int';
export const SWITCH = 'c2cfc60003a1420c';

const representor = (name: string, physPortName: string): Netdev =>
  aNetdev(name, '0000:03:00.0', { physPortName, physSwitchId: SWITCH });

/** A host with the management port and two pods on VFs, and its DPU. Everything fits together; tests break one thing. */
export function healthyPair(): ChainPair {
  const host = dpuHost();
  const dpuFacts = dpu();
  const pci = withFunction(host.pci, VFS[1], { netdevs: [] });
  const ovs: Ovs = {
    ...dpuFacts.ovs,
    bridges: [
      aBridge('br-int', [
        aPatch(INNER, OUTER),
        podPort('pf0vf1', 'pod1'),
        podPort('pf0vf2', 'pod2'),
        anInterface('ovn-k8s-mp0', { externalIds: new Map([['iface-id', 'k8s-host1']]) }),
        aTunnel('ovn-8c1016-0', '192.168.40.111'),
      ]),
      aBridge('brp0', [anInterface('p0'), anInterface('pf0hpf'), aPatch(OUTER, INNER)]),
    ],
  };
  const netdevs = new Map(
    [
      representor('p0', 'p0'),
      representor('pf0hpf', 'c1pf0'),
      representor('ovn-k8s-mp0', 'c1pf0vf0'),
      representor('pf0vf1', 'c1pf0vf1'),
      representor('pf0vf2', 'c1pf0vf2'),
    ].map((netdev) => [netdev.name, netdev]),
  );
  return {
    host: {
      name: 'host1',
      nodeName: 'host1',
      cluster: 'kubernetes',
      simulation: undefined,
      facts: {
        links: known(host.links),
        netdevs: known(host.netdevs),
        ovnkube: known(anOvnkube()),
        pci: known(pci),
      },
    },
    dpu: {
      name: 'dpu1',
      nodeName: 'dpu1',
      cluster: 'kubernetes',
      facts: {
        devlink: known(NO_DEVLINK),
        links: known([aLink('p0'), aLink('pf0hpf')]),
        netdevs: known(netdevs),
        ovs: known(ovs),
      },
    },
  };
}

export const withHost = (pair: ChainPair, facts: Partial<HostChainFacts>): ChainPair => ({
  ...pair,
  host: { ...pair.host, facts: { ...pair.host.facts, ...facts } },
});

export const withDpu = (pair: ChainPair, facts: Partial<DpuChainFacts>): ChainPair => ({
  ...pair,
  dpu: pair.dpu && { ...pair.dpu, facts: { ...pair.dpu.facts, ...facts } },
});

export const had = <Value>(outcome: Outcome<Value> | undefined): Value => {
  if (outcome?.ok) return outcome.value;
  throw new Error(outcome?.failure.message ?? 'no outcome');
};

export const devlinkPort = (netdev: string, given: Partial<DevlinkPort>): DevlinkPort => ({
  device: 'pci/0000:03:00.0',
  flavour: 'pcivf',
  netdev,
  controller: 1,
  pfNumber: 0,
  vfNumber: undefined,
  external: true,
  ...given,
});

export const PODS = [aPod(1), aPod(2)] as const;

export type Given = Partial<Omit<ChainCluster, 'name'>>;

/** The chains of one pair, with the pods and network of a healthy one unless others are given. */
export function pairOf(pair: ChainPair, given: Given = {}, others: readonly ChainCluster[] = []): PairChains {
  const own = { pods: known(PODS), networkAttachments: known([anAttachment()]), ...given };
  const [only] = chains({ pairs: [pair], clusters: [{ name: 'kubernetes', ...own }, ...others] });
  if (only === undefined) throw new Error('no pair');
  return only;
}

export function chainOfPod({ chains: all }: PairChains, name: string): Chain {
  const found = all.find(({ holder }) => holder.kind === 'pod' && holder.name === name);
  if (found === undefined) throw new Error(`no chain of ${name}`);
  return found;
}

export function linkOf({ links }: Chain, kind: LinkKind): ChainLink {
  const found = links.find((link) => link.kind === kind);
  if (found === undefined) throw new Error(`no link ${kind}`);
  return found;
}

/** The facts of a recorded node of the demo, parsed as a run parses them. */
async function demoFacts<Name extends FactName>(node: string, names: readonly Name[]) {
  const access = recordedNode(resolve(import.meta.dirname, `../../fixtures/demo/${node}.json`));
  const sources = names.flatMap((name) => Object.values<Source>(FACTS[name].sources));
  const outcomes = await access.ask(sources, { signal: new AbortController().signal } as never);
  return Object.fromEntries(
    names.map((name) => {
      const fact = FACTS[name];
      const answers = Object.entries<Source>(fact.sources).map(([label, source]) => {
        const outcome = outcomes.get(source);
        if (!outcome?.ok) throw new Error(`${node}: ${name} is not recorded`);
        return [label, readAnswer(source, outcome.parts)];
      });
      return [name, parseFact(fact as never, Object.fromEntries(answers) as never)];
    }),
  );
}

/** A host and a DPU of the demo. */
export async function demoPair(number: 1 | 2): Promise<ChainPair> {
  const node = (name: string) => ({ name, nodeName: name, cluster: 'kubernetes' });
  return {
    host: {
      ...node(`host${number}`),
      simulation: undefined,
      facts: (await demoFacts(`host${number}`, HOST_CHAIN_FACTS)) as unknown as HostChainFacts,
    },
    dpu: {
      ...node(`dpu${number}`),
      facts: (await demoFacts(`dpu${number}`, DPU_CHAIN_FACTS)) as unknown as DpuChainFacts,
    },
  };
}
