import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type ClusterNode, nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { deviceCount } from '../../facts/cluster/quantity.ts';
import { podsOn } from '../../facts/derived/cluster/by-node.ts';
import { devicePools } from '../../facts/derived/cluster/device-pools.ts';
import { bareResource } from '../../facts/derived/cluster/vf-networks.ts';
import {
  defaultAttachment,
  holdsDevices,
  networkResources,
  requestOf,
} from '../../facts/derived/cluster/vf-pods.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { podName } from './daemon-set.ts';

export const podsScheduled = defineClusterCheck({
  id: 'resources/pods-scheduled',
  title: 'every pod that asks for a VF has found a node',
  description:
    'A pod that asks for more VFs than a node has left, or for a resource that no node has, stays Pending.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'device-plugin'],
  covers: ['A61', 'A62'],
  after: ['resources/network-attachment'],
  requires: ['configMaps', 'networkAttachments', 'nodes', 'pods', 'workloads'],
  messages: {
    NO_SUCH_RESOURCE: {
      text: 'pod {pod} asks for {resource}, which no node has: {said}',
      cause: 'The name is misspelt or has another prefix, or the device plugin has registered nowhere.',
      remedy:
        'kubectl get nodes -o custom-columns=NAME:.metadata.name,ALLOCATABLE:.status.allocatable; kubectl -n {namespace} describe pod {name}',
    },
    UNSCHEDULABLE: {
      text: 'pod {pod} asks for {resource} and finds no node: {said}; free are {free}',
      cause: 'The VFs of the nodes that it fits are used up.',
      remedy:
        'See who holds them: kubectl describe nodes | grep -A8 "Allocated resources"; then make more VFs, or let go of some; kubectl -n {namespace} describe pod {name}',
    },
    OTHER_REASON: {
      text: 'pod {pod} asks for {resource} and finds no node, not for want of that: {said}; free are {free}',
      cause: 'What keeps the pod off the nodes that have VFs is what the scheduler says.',
      remedy:
        'kubectl -n {namespace} describe pod {name}; compare what it asks for with the nodes that have VFs: kubectl describe nodes',
    },
    NOT_SAID: {
      text: 'pod {pod} asks for {resource} and has found no node: {said}',
      cause: 'kube-scheduler, or the scheduler that the pod names, does not run or has not come to it yet.',
      remedy:
        'kubectl -n kube-system get pods -l component=kube-scheduler; kubectl -n {namespace} describe pod {name}',
    },
    NODE_AWAY: {
      text: 'pod {pod} asks for {resource} and waits for nodes that take no pods now: {away}',
      cause:
        'The nodes that have these VFs are cordoned or not Ready: that is told of them, and the pod starts when it is over.',
      remedy: 'kubectl get nodes; when a node may have pods again: kubectl uncordon <node>',
      level: 'warn',
    },
  },
  docs: ['seed A L360-391'],
  judge({ facts: { configMaps, networkAttachments, nodes, pods, workloads }, report }) {
    const resources = [
      ...new Set([
        ...devicePools(configMaps, workloads).pools.map(({ resource }) => resource),
        ...networkResources(networkAttachments),
      ]),
    ];
    const bare = new Set(resources.map(bareResource));
    const prefixes = new Set(resources.map(prefixOf));
    const offered = new Set(nodes.flatMap(({ allocatable }) => [...allocatable.keys()]));
    // What is misspelt asks for a resource that nobody knows: by another prefix, by another name, or by that of no node.
    const means = (one: string): boolean =>
      resources.includes(one) ||
      bare.has(bareResource(one)) ||
      (prefixes.has(prefixOf(one)) && !offered.has(one));
    const asking = pods.flatMap((pod) => {
      const asked = [...pod.devices.keys()].filter((one) => requestOf(pod, one) > 0);
      const named = defaultAttachment(pod, networkAttachments)?.resourceName;
      const resource = asked.find(means) ?? named;
      return resource === undefined ? [] : [{ pod, resource }];
    });
    const unscheduled = asking.filter(
      ({ pod: { node, phase, conditions, deleting } }) =>
        node === '' &&
        phase === 'Pending' &&
        !deleting &&
        // Of a pod that it has not come to, the scheduler says nothing; one with a gate is held back by who put it there.
        !conditions.some(
          ({ type, status, reason }) =>
            type === 'PodScheduled' && (status === 'True' || reason === 'SchedulingGated'),
        ),
    );
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        `${asking.length} pods ask for ${resources.join(' or ') || 'no pool'}, ${unscheduled.length} of them found no node`,
      ),
    ];
    if (asking.length === 0) return notApplicable('no pod asks for a VF', seen);
    const findings = unscheduled.map(({ pod, resource }) => {
      const { namespace, name, conditions } = pod;
      const condition = conditions.find(({ type }) => type === 'PodScheduled');
      const said =
        [condition?.reason, condition?.message].filter(Boolean).join(': ') ||
        'kube-scheduler has said nothing of it, and may not run';
      const having = nodes.filter(({ allocatable }) => deviceCount(allocatable.get(resource)) > 0);
      const left = having.map((node) => ({ node, free: freeOn(node, resource, pods) }));
      const fitting = left.filter(({ free }) => free >= requestOf(pod, resource));
      const away = fitting.flatMap(({ node }) => awayText(node) ?? []);
      const code = !offered.has(resource)
        ? 'NO_SUCH_RESOURCE'
        : condition === undefined
          ? 'NOT_SAID'
          : isLacking(said, resource) && (fitting.length === 0 || isEverywhereShort(said, resource))
            ? 'UNSCHEDULABLE'
            : away.length > 0 && IS_AWAY.test(said)
              ? 'NODE_AWAY'
              : 'OTHER_REASON';
      const free =
        left
          .slice(0, MOST_SHOWN)
          .map((one) => `${one.free} of ${one.node.allocatable.get(resource)} on ${one.node.name}`)
          .join(', ') || 'no node has one';
      return report(code, {
        subject: podName(pod),
        args: {
          pod: podName(pod),
          namespace,
          name,
          resource,
          said,
          free,
          away: away.slice(0, MOST_SHOWN).join(', '),
        },
        observed: said,
        expected: 'a node',
        evidence: [
          apiEvidence(podsFact.lists.pods, `${podName(pod)}: ${said}`),
          apiEvidence(nodesFact.lists.nodes, `free of ${resource}: ${free}`),
        ],
      });
    });
    return verdictOf(findings, seen);
  },
});

const MOST_SHOWN = 10;

/** What its allocatable devices leave, where pods hold some. */
const freeOn = ({ name, allocatable }: ClusterNode, resource: string, pods: readonly Pod[]): number =>
  podsOn(pods, name)
    .filter(holdsDevices)
    .reduce((left, pod) => left - requestOf(pod, resource), deviceCount(allocatable.get(resource)));

/** Of nodes that never had any it says so, too. */
const isLacking = (said: string, resource: string): boolean => said.includes(` Insufficient ${resource}`);

/** The scheduler's own count stands above ours: it knows of pods that have just gone or come. */
const isEverywhereShort = (said: string, resource: string): boolean => {
  const [, all] = /: 0\/(\d+) nodes are available/.exec(said) ?? [];
  return all !== undefined && said.includes(` ${all} Insufficient ${resource}`);
};

/** kube-scheduler, of nodes that are cordoned or that the node controller has tainted. */
const IS_AWAY = /were unschedulable|node\.kubernetes\.io\/(?:unschedulable|not-ready|unreachable)/;

const awayText = ({ name, ready, unschedulable }: ClusterNode): string | undefined => {
  if (unschedulable) return `${name} is cordoned`;
  return ready?.status === 'True' ? undefined : `${name} is not Ready`;
};

const prefixOf = (resource: string): string => resource.split('/', 1)[0] ?? '';
