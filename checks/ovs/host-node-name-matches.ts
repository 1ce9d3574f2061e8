import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Process } from '../../facts/processes.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

/** What a process of this name is given for a flag, as `--flag=value` or `--flag value`. */
const given = (processes: readonly Process[], program: string, flag: string): string | undefined =>
  processes
    .filter(({ name }) => name === program)
    .flatMap(({ args }) =>
      args.flatMap((arg, index) => {
        const [name, value = args[index + 1]] = arg.split(/=(.*)/, 2);
        return name === flag && value ? [value] : [];
      }),
    )[0];

/** Where the host's node name is told for certain. */
function toldName(processes: readonly Process[]): Evidence | undefined {
  const kubelet = given(processes, 'kubelet', '--hostname-override');
  if (kubelet !== undefined) return evidence('kubelet --hostname-override', kubelet);
  const ovnkube = given(processes, 'ovnkube', '--init-node');
  return ovnkube === undefined ? undefined : evidence('ovnkube --init-node', ovnkube);
}

export const hostNodeNameMatches = definePairCheck({
  id: 'ovs/host-node-name-matches',
  title: 'the DPU works for the host that it sits in',
  description: 'With another name OVN-Kubernetes on the DPU annotates and plumbs another node.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'external-ids'],
  covers: ['A25'],
  after: ['ovs/host-node-name'],
  requires: { host: ['identity', 'processes'], dpu: ['ovs'] },
  expects: ['host-node-name'],
  messages: {
    OTHER_NODE: {
      text: 'host-k8s-nodename is {name}, and the host is node {node}',
      cause: 'The DPU was configured for another host, or the host was renamed.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:host-k8s-nodename="{node}", on the DPU, and restart ovnkube-node there',
      source: 'seed A L107',
    },
    PERHAPS_OTHER_NODE: {
      text: "host-k8s-nodename is {name}, and the host's name is {node}",
      cause:
        'No kubelet or ovnkube shows under which name the host is a node. Unless it was given another one, it is its host name.',
      remedy:
        'Compare with kubectl get nodes; where the names differ on purpose, say so: --set host-node-name={name}',
      level: 'warn',
    },
  },
  docs: ['seed A L107', 'seed A L269'],
  judge({ host: { identity, processes }, dpu: { ovs }, expected, subject, report }) {
    const name = ovs.openVSwitch.externalIds.get('host-k8s-nodename');
    if (!ovs.present) return notApplicable(NO_OVS);
    if (!name)
      return notApplicable('external_ids:host-k8s-nodename is not set on the DPU', [
        externalId(ovs, 'host-k8s-nodename'),
      ]);
    const wanted = expected['host-node-name'];
    const told = wanted ? evidence(`host-node-name (${wanted.from})`, wanted.value) : toldName(processes);
    const hostname = identity.hostname.toLowerCase();
    const authority = told ?? evidence('/proc/sys/kernel/hostname', hostname);
    const said = [externalId(ovs, 'host-k8s-nodename'), authority];
    const aliases = told ? [told.said] : [hostname, hostname.split('.')[0], subject.host.name];
    if (aliases.includes(name)) return verdictOf([], said);
    const about = { subject: 'host-k8s-nodename', observed: name, expected: authority.said, evidence: said };
    const sure = told !== undefined || processes.some((process) => process.name === 'kubelet');
    const args = { name, node: authority.said };
    return verdictOf([report(sure ? 'OTHER_NODE' : 'PERHAPS_OTHER_NODE', { ...about, args })], said);
  },
});
