import { apiEvidence } from '../../facts/cluster/fact.ts';
import { webhooks as webhooksFact } from '../../facts/cluster/webhooks.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { environmentOf, nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

const VARIABLE = 'OVN_ENABLE_OVNKUBE_IDENTITY';

export const ovnIdentity = defineClusterCheck({
  id: 'ovnkube/identity',
  title: 'what checks who writes annotations lets DPUs write those of their hosts',
  description:
    'ovnkube-identity gives each node a certificate, and its webhooks let a node write annotations of itself and of its pods alone. A DPU writes those of its host: with the webhooks it is refused. Newer documents demand identity off with DPUs.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A43', 'K41', 'K51'],
  requires: ['webhooks', 'workloads', 'configMaps', 'pods'],
  messages: {
    REFUSES_DPUS: {
      text: 'the webhook {configuration} is asked about {resources}, and refuses what DPUs write of their hosts',
      cause: 'This feature is not supported currently for clusters with DPU/DPU-Hosts',
      remedy:
        'kubectl delete validatingwebhookconfiguration {configuration}; and turn identity off: OVN_ENABLE_OVNKUBE_IDENTITY=false in the workloads',
      source: 'ovn-kubernetes docs/installation/launching-ovn-kubernetes-with-dpu.md L41',
    },
    NOBODY_ANSWERS: {
      text: 'the webhook {configuration} is asked about {resources}, and no pod of ovnkube-identity is ready to answer',
      cause: 'ovnkube-identity was taken away, or does not run; its webhooks stayed and refuse everything.',
      remedy:
        'kubectl -A get pods -l app=ovnkube-identity; or kubectl delete validatingwebhookconfiguration {configuration}',
      source: 'seed K L385',
    },
    NOT_DEPLOYED: {
      text: '{workload} is told to use ovnkube-identity, which is not there',
      cause: 'ovnkube-identity.yaml was not applied: nobody approves the certificates that ovnkube asks for.',
      remedy:
        'kubectl apply -f ovnkube-identity.yaml; or set OVN_ENABLE_OVNKUBE_IDENTITY=false in all workloads',
      source: 'seed K L385',
    },
  },
  docs: [
    'seed K L385',
    'seed A L196',
    'OVN-Kubernetes docs/installation/launching-ovn-kubernetes-with-dpu.md',
  ],
  judge({ facts: { webhooks, workloads, configMaps, pods }, subject, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const servers = own.filter(isIdentity);
    const toldTo = (value: string): readonly Workload[] =>
      own.filter(({ containers, namespace }) =>
        containers.some((container) => {
          const told = environmentOf(container, VARIABLE, namespace, configMaps);
          return told !== undefined && told !== 'unknown' && told.value === value;
        }),
      );
    const on = toldTo('true');
    const asked = webhooks.filter(({ configuration }) =>
      configuration.startsWith('ovn-kubernetes-admission-webhook'),
    );
    const list = webhooksFact.lists.configurations;
    const seen = [
      apiEvidence(
        list,
        `${asked.length} of OVN-Kubernetes: ${asked.map((one) => one.configuration).join(', ') || 'none'}`,
      ),
      ...[...servers, ...on]
        .slice(0, 5)
        .map((one) => workloadEvidence(one, on.includes(one) ? `${VARIABLE}=true` : 'ovnkube-identity')),
    ];
    if (asked.length === 0 && on.length === 0 && servers.length === 0)
      return notApplicable('ovnkube-identity is not used', seen);
    const sides = nodeContainers(workloads, configMaps).some(
      ({ mode }) => mode?.value === 'dpu' || mode?.value === 'dpu-host',
    );
    const dpus = sides || subject.nodes.some(({ role }) => role === 'dpu' || role === 'dpu-host');
    const answers = pods.some(
      ({ owner, deleting, conditions }) =>
        owner?.name.startsWith('ovnkube-identity') === true &&
        !deleting &&
        conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    const refused = asked.flatMap(({ configuration, resources, failurePolicy }) => {
      const code = dpus
        ? 'REFUSES_DPUS'
        : answers || failurePolicy === 'Ignore'
          ? undefined
          : 'NOBODY_ANSWERS';
      if (code === undefined) return [];
      const what = resources.join(', ');
      return report(code, {
        subject: configuration,
        args: { configuration, resources: what },
        observed: `${configuration}, failurePolicy ${failurePolicy}`,
        expected: dpus ? 'no such webhook in a cluster with DPUs' : 'a ready pod of ovnkube-identity',
        evidence: [apiEvidence(list, `${configuration}: ${what}, failurePolicy ${failurePolicy}`)],
      });
    });
    const [user] = on;
    // Where most are told that it is off, ovnkube/settings-agree tells of the others.
    const absent =
      user === undefined || servers.length > 0 || toldTo('false').length > on.length
        ? []
        : [
            report('NOT_DEPLOYED', {
              subject: workloadName(user),
              args: { workload: workloadName(user) },
              observed: `${VARIABLE}=true, no ovnkube-identity`,
              expected: 'a DaemonSet or Deployment ovnkube-identity',
              evidence: [workloadEvidence(user, `${VARIABLE}=true`)],
            }),
          ];
    const note =
      dpus && on.length > 0
        ? 'identity is on as seed K has it; newer documents demand it off with DPUs'
        : undefined;
    return verdictOf([...refused, ...absent], seen, note);
  },
});

const isIdentity = ({ name, containers }: Workload): boolean =>
  name.includes('ovnkube-identity') ||
  containers.some(({ command, args }) => [...command, ...args].some((word) => word === 'ovnkube-identity'));
