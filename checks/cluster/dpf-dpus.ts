import { type DpfDpu, dpfDpus as dpusFact } from '../../facts/cluster/dpf-dpus.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const dpfDpusReady = defineClusterCheck({
  id: 'cluster/dpf-dpus',
  title: 'DPF has brought its DPUs to Ready',
  description:
    'A DPU goes through phases, from its operating system to its place in the cluster of DPUs. What has ended in Error DPF does not try again; until a DPU is Ready, its host has no network of OVN-Kubernetes.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'dpf'],
  covers: ['D76', 'D97'],
  requires: ['dpfDpus'],
  messages: {
    ERROR: {
      text: 'DPU {dpu} of host {host} has ended in the phase Error: {why}',
      cause:
        'DPF does not try again what has ended in Error; the condition that is not True says at which step.',
      remedy:
        'When what it tells is mended: kubectl -n {namespace} delete dpus.provisioning.dpu.nvidia.com {name}; its DPUSet makes it anew. See: kubectl -n {namespace} describe dpus.provisioning.dpu.nvidia.com {name}',
    },
    NOT_READY: {
      text: 'DPU {dpu} of host {host} is in the phase {phase}: {why}',
      cause:
        'It is being provisioned, which takes up to an hour, or waits: for its BFB, for a reboot, for its cluster.',
      remedy:
        'kubectl -n {namespace} describe dpus.provisioning.dpu.nvidia.com {name}; kubectl get bfbs.provisioning.dpu.nvidia.com,dpuclusters.provisioning.dpu.nvidia.com -A',
      level: 'warn',
    },
  },
  docs: ['seed D L1228'],
  judge({ facts: { dpfDpus }, report }) {
    const list = dpusFact.lists.dpus;
    if (dpfDpus === undefined || dpfDpus.length === 0)
      return notApplicable(
        dpfDpus === undefined ? 'DPF is not installed' : 'DPF has no DPU in this cluster',
        [apiEvidence(list, dpfDpus === undefined ? 'the kind is not installed' : 'no DPUs')],
      );
    const seen = dpfDpus
      .slice(0, MOST_SHOWN)
      .map((one) => apiEvidence(list, `${nameOf(one)}: ${stateOf(one)}`));
    const findings = dpfDpus
      .filter(({ phase, unmet }) => phase !== 'Ready' || unmet.some(({ type }) => type === 'Ready'))
      .map((one) => {
        const { namespace, name, host, phase = 'none yet' } = one;
        return report(phase === 'Error' ? 'ERROR' : 'NOT_READY', {
          subject: nameOf(one),
          args: { dpu: nameOf(one), host, phase, why: whyOf(one), namespace, name },
          observed: stateOf(one),
          expected: 'the phase Ready',
          evidence: [apiEvidence(list, `${nameOf(one)}: ${stateOf(one)}`)],
        });
      });
    return verdictOf(findings, seen, `${dpfDpus.length} DPUs`);
  },
});

const MOST_SHOWN = 20;

const nameOf = ({ namespace, name }: DpfDpu): string => `${namespace}/${name}`;

const whyOf = ({ unmet }: DpfDpu): string =>
  unmet.map(({ type, reason, message }) => [type, reason, message].filter(Boolean).join(', ')).join('; ') ||
  'no condition tells more';

const stateOf = (dpu: DpfDpu): string => `phase ${dpu.phase ?? '(none)'}; ${whyOf(dpu)}`;
