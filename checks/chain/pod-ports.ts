import type { Chain, ChainLink, LinkKind } from '../../facts/derived/chain/chain.ts';
import { definePairCheck, type Finding, notApplicable, undetermined, verdictOf } from '../define.ts';
import { CHAIN_REQUIRES, linkEvidence, pairChainsOf, podChains } from './pair-chains.ts';

/** The links that only both sides together tell; those before are of the cluster alone, those after the same for all pods. */
const JUDGED: readonly LinkKind[] = ['vf', 'pf', 'representor', 'ovs-port', 'bridge'];

export const podPorts = definePairCheck({
  id: 'chain/pod-ports',
  title: "every pod's VF is plugged into the integration bridge of the DPU as that pod's port",
  description:
    "The pod's annotations name its VF, the VF has a representor on the DPU, and the representor is the port of br-int with the pod's iface-id. Where one of them is missing or another's, the pod has no network, or somebody else's.",
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'ovn', 'representors', 'cluster'],
  covers: ['A64f'],
  after: [
    'cluster/nodes-ready',
    'ovs/integration-bridge',
    'chain/vf-representors',
    'chain/port-duplicates',
    'chain/device-duplicates',
  ],
  ...CHAIN_REQUIRES,
  messages: {
    VF: {
      text: 'pod {pod}: its VF {name} is {state}: {ground}',
      cause:
        'The VFs of the host were made anew since the pod got its own, or the annotations of the pod are not those of the VF that it holds.',
      remedy: 'Delete the pod, so that it gets a VF of now: kubectl -n {namespace} delete pod {podName}',
    },
    REPRESENTOR: {
      text: 'pod {pod}: the representor {name} is {state}: {ground}',
      cause:
        "OVN-Kubernetes looks for the representor by the PCI function number of the PF, which it takes for the number of the PF on the DPU's eswitch.",
      remedy:
        'Look at both on the DPU: devlink port show; and at what the CNI wrote: kubectl -n {namespace} get pod {podName} -o yaml',
      source: 'OVN-Kubernetes go-controller/pkg/util/sriovnet_linux.go',
    },
    PORT: {
      text: 'pod {pod}: its port {name} of Open vSwitch is {state}: {ground}',
      cause:
        "ovnkube on the DPU adds the representor to br-int when the pod's annotation k8s.ovn.org/dpu.connection-details arrives: it does not run, failed, serves another host, or somebody changed the port since.",
      remedy:
        'Look at the log of ovnkube-node on the DPU, then have the pod made anew: kubectl -n {namespace} delete pod {podName}',
      source: 'OVN-Kubernetes go-controller/pkg/node/base_node_network_controller_dpu.go',
    },
    BRIDGE: {
      text: 'pod {pod}: its port is on the bridge {name}: {ground}',
      cause: 'Somebody moved the port. ovn-controller binds ports of the integration bridge alone.',
      remedy: 'Delete the pod, so that its port is made anew: kubectl -n {namespace} delete pod {podName}',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    if (!input.dpu.ovs.present) return notApplicable('Open vSwitch does not run on the DPU');
    const pods = new Map(input.cluster.host.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
    const isUp = ({ holder, links }: Chain): boolean =>
      (holder.kind === 'pod' && pods.get(`${holder.namespace}/${holder.name}`)?.phase === 'Running') ||
      links.some(({ kind, state }) => kind === 'connection-details' && state === 'found');
    const own = podChains(pairChainsOf(input));
    const due = own.filter(isUp);
    if (due.length === 0)
      return notApplicable(
        own.length === 0
          ? 'the host has no pod with a network of its own'
          : `no pod of the host has got as far as its VF: ${own.length} of them wait for it`,
      );
    const findings = due.flatMap((chain): Finding[] => {
      const { holder } = chain;
      const link = chain.links.find(({ kind, state }) => JUDGED.includes(kind) && isBad(state));
      if (link === undefined || holder.kind !== 'pod') return [];
      const { namespace, name: podName } = holder;
      const pod = `${namespace}/${podName}`;
      const { name, state, ground } = link;
      const both = linkEvidence([chain], 'pod', 'vf', 'representor');
      const evidence = [...link.evidence, ...both.filter((one) => !link.evidence.includes(one))];
      return [
        input.report(CODES[link.kind] ?? 'PORT', {
          subject: pod,
          args: { pod, namespace, podName, name, state, ground },
          observed: ground,
          expected: 'the VF, its representor, and a port of br-int with the iface-id of the pod',
          evidence,
        }),
      ];
    });
    const dark = due.flatMap(
      ({ links }) => links.find(({ kind, state }) => JUDGED.includes(kind) && state === 'unknown') ?? [],
    );
    const [first] = dark;
    if (findings.length === 0 && first !== undefined)
      return undetermined(
        `of ${dark.length} of ${due.length} pods it can't be told whether their VFs are plugged in: ${first.kind} ${first.name}: ${first.ground}`,
        `See all links: dpu-doctor topology --verbose, with the options of this run`,
        linkEvidence(due, 'pod', 'vf', 'ovs-port'),
      );
    return verdictOf(
      findings,
      linkEvidence(due, 'pod', 'vf', 'representor', 'ovs-port'),
      `${due.length} of ${own.length} pods have got their VF`,
    );
  },
});

const isBad = (state: ChainLink['state']): boolean => state === 'missing' || state === 'broken';

const CODES: Partial<Record<LinkKind, 'VF' | 'REPRESENTOR' | 'PORT' | 'BRIDGE'>> = {
  vf: 'VF',
  pf: 'VF',
  representor: 'REPRESENTOR',
  'ovs-port': 'PORT',
  bridge: 'BRIDGE',
};
