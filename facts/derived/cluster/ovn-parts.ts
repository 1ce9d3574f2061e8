import type { ContainerTemplate } from '../../cluster/containers.ts';
import type { Pod } from '../../cluster/pods.ts';
import type { Workload } from '../../cluster/workloads.ts';
import { isOvnKubernetes } from './ovnkube.ts';

/**
 * What OVN-Kubernetes is made of, beside ovnkube on each node, and how its containers are known: by what they run, or by
 * their names (OVN-Kubernetes, dist/images/ovnkube.sh and dist/templates; openshift/cluster-network-operator).
 */
const PARTS = {
  manager: {
    program:
      /(?:^|[\s/"'])(?:ovn-master|ovn-cluster-manager|ovnkube-cluster-manager)(?:["'\s]|$)|--init-(?:master|cluster-manager)/,
    container: /^ovnkube-(?:master|cluster-manager|control-plane)$/,
  },
  northbound: { program: /(?:^|[\s/"'-])nb-ovsdb/, container: /^(?:nb-ovsdb|nbdb)$/ },
  southbound: { program: /(?:^|[\s/"'-])sb-ovsdb/, container: /^(?:sb-ovsdb|sbdb)$/ },
  northd: { program: /ovn-northd/, container: /^(?:ovn-)?northd$/ },
  controller: { program: /(?:^|[\s/"'])ovn-controller(?:["'\s]|$)/, container: /^ovn-controller$/ },
} as const;

export type OvnPart = keyof typeof PARTS;

const isPart = (part: OvnPart, { name, command, args }: ContainerTemplate): boolean =>
  PARTS[part].container.test(name) || PARTS[part].program.test([...command, ...args].join(' '));

/** Whether a workload has a container that is this part. */
export const hasPart = (part: OvnPart, { containers }: Workload): boolean =>
  containers.some((container) => isPart(part, container));

/** Whether it is anywhere: in a DaemonSet or Deployment, or in a pod of something else, such as a StatefulSet. */
export const isAnywhere = (part: OvnPart, workloads: readonly Workload[], pods: readonly Pod[]): boolean =>
  workloads.some((workload) => isOvnKubernetes(workload) && hasPart(part, workload)) ||
  pods.some(
    ({ deleting, owner, containers }) =>
      !deleting &&
      owner?.kind !== 'DaemonSet' &&
      owner?.kind !== 'ReplicaSet' &&
      containers.some(({ name }) => PARTS[part].container.test(name)),
  );
