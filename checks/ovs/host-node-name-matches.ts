import { evidence } from '../../facts/fact.ts';
import type { Process } from '../../facts/processes.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

/** kubelet's own name for its node, where it is told one. */
const override = (processes: readonly Process[]): string | undefined =>
  processes
    .find(({ name }) => name === 'kubelet')
    ?.args.flatMap((arg, index, args) =>
      arg === '--hostname-override'
        ? [args[index + 1] ?? '']
        : (/^--hostname-override=(.*)/.exec(arg)?.slice(1) ?? []),
    )[0];

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
        'No kubelet shows under which name the host is a node. Unless it was given another one, it is its host name.',
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
    const given = expected['host-node-name'];
    const kubelet = override(processes);
    const hostname = identity.hostname.toLowerCase();
    const authority =
      given !== undefined
        ? evidence(`host-node-name (${given.from})`, given.value)
        : kubelet !== undefined
          ? evidence('kubelet --hostname-override', kubelet)
          : evidence('/proc/sys/kernel/hostname', hostname);
    const said = [externalId(ovs, 'host-k8s-nodename'), authority];
    const aliases =
      given !== undefined || kubelet !== undefined
        ? [authority.said]
        : [hostname, hostname.split('.')[0], subject.host.name];
    if (aliases.includes(name)) return verdictOf([], said);
    const about = { subject: 'host-k8s-nodename', observed: name, expected: authority.said, evidence: said };
    const sure = given !== undefined || processes.some((process) => process.name === 'kubelet');
    const args = { name, node: authority.said };
    return verdictOf([report(sure ? 'OTHER_NODE' : 'PERHAPS_OTHER_NODE', { ...about, args })], said);
  },
});
