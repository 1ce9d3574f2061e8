import { accessControl as accessControlFact, type RoleBinding } from '../../facts/cluster/access-control.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { defineClusterCheck, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnAccessControl = defineClusterCheck({
  id: 'ovnkube/access-control',
  title: 'the service accounts of OVN-Kubernetes exist and are bound to roles that exist',
  description:
    'Each part of OVN-Kubernetes speaks to the API as a service account, with what its roles allow. Without the account no pod is made; without the binding ovnkube is refused what it reads.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A50', 'K45', 'K46'],
  requires: ['accessControl', 'workloads'],
  messages: {
    NO_ACCOUNT: {
      text: '{workload} runs as the service account {namespace}/{account}, which is not there',
      cause:
        'The file with the account was not applied, or in another namespace. No pod of the workload is made.',
      remedy:
        'Apply the rbac files of the release; see what is there: kubectl -n {namespace} get serviceaccounts',
      source: 'seed K L356-361',
    },
    NOT_BOUND: {
      text: '{workload} runs as the service account {namespace}/{account}, and no binding names it',
      cause: 'The rbac file of this part was not applied. The API server refuses whatever ovnkube asks for.',
      remedy:
        'Apply the rbac files of the release; see what it may: kubectl auth can-i --list --as=system:serviceaccount:{namespace}:{account}',
      source: 'seed K L357-361',
    },
    NO_ROLE: {
      text: 'binding {binding} gives {namespace}/{account} the {kind} {role}, which is not there',
      cause: 'A binding to a role that does not exist allows nothing.',
      remedy:
        'Apply the rbac files of the release; see what is there: kubectl get clusterroles; kubectl -n {namespace} get roles',
      source: 'seed K L357-361',
    },
  },
  docs: ['seed K L356-361', 'seed A L255'],
  judge({ facts: { accessControl, workloads }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const { serviceAccounts, roles, bindings } = accessControl;
    const accounts = new Set(serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`));
    const known = new Set(roles.map(({ namespace, name }) => `${namespace}/${name}`));
    const lists = accessControlFact.lists;
    const findings = own.flatMap((workload) => {
      const { namespace, serviceAccount: account } = workload;
      const args = { workload: workloadName(workload), namespace, account };
      const seen = workloadEvidence(workload, `serviceAccountName: ${account}`);
      const subject = `${namespace}/${account}`;
      if (!accounts.has(subject))
        return report('NO_ACCOUNT', {
          subject,
          args,
          observed: 'no such service account',
          expected: subject,
          evidence: [seen, apiEvidence(lists.serviceAccounts, `no ${subject} among ${accounts.size}`)],
        });
      const direct = bindings.filter((one) => names(one, workload));
      // ovs-node starts Open vSwitch and asks the API nothing.
      if (direct.length === 0 && speaksToApi(workload))
        return report('NOT_BOUND', {
          subject,
          args,
          observed: 'no binding',
          expected: 'a ClusterRoleBinding or RoleBinding',
          evidence: [
            seen,
            apiEvidence(lists.clusterRoleBindings, `${bindings.length} bindings, none of ${subject}`),
          ],
        });
      return direct
        .filter(
          ({ role, namespace: where }) =>
            !known.has(`${role.kind === 'ClusterRole' ? '' : where}/${role.name}`),
        )
        .map(({ role, name }) =>
          report('NO_ROLE', {
            subject,
            args: { ...args, binding: name, kind: role.kind, role: role.name },
            observed: `no ${role.kind} ${role.name}`,
            expected: `${role.kind} ${role.name}`,
            evidence: [apiEvidence(lists.clusterRoleBindings, `${name}: ${role.kind} ${role.name}`)],
          }),
        );
    });
    // Workloads share accounts: each thing that is wrong is said once.
    const distinct = findings.filter(
      ({ code, subject, observed }, index) =>
        findings.findIndex(
          (one) => one.code === code && one.subject === subject && one.observed === observed,
        ) === index,
    );
    return verdictOf(
      distinct,
      own.map((workload) => workloadEvidence(workload, `serviceAccountName: ${workload.serviceAccount}`)),
    );
  },
});

const names = ({ name, subjects }: RoleBinding, { namespace, serviceAccount }: Workload): boolean =>
  subjects.some(
    (subject) =>
      (subject.kind === 'ServiceAccount' &&
        subject.namespace === namespace &&
        subject.name === serviceAccount) ||
      // Kubernetes' own bindings give every service account what is no use to OVN-Kubernetes.
      (subject.kind === 'Group' &&
        !name.startsWith('system:') &&
        ['system:serviceaccounts', `system:serviceaccounts:${namespace}`].includes(subject.name)),
  );

const PROGRAM = /^(?:ovn-node|ovn-master|ovn-cluster-manager|ovnkube-[a-z-]+|ncm-with-.*)$/;

/** A DPU in a cluster of its own is told the API server of the hosts' cluster, and what it may do there. */
const speaksToApi = ({ containers }: Workload): boolean =>
  containers.some(
    ({ command, args, environment }) =>
      [...command, ...args].some((word) => PROGRAM.test(word)) &&
      environment.get('K8S_APISERVER')?.kind !== 'value',
  );
