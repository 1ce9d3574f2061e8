import { describeVf, vfsOf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { SETTINGS, trace } from './settings.ts';

export const managementPortExists = defineCheck({
  id: 'gateway/management-port-exists',
  title: "the management port's network device is there",
  description:
    'Step 1 of derive-from-mgmt-port: the network device is found under the name that is given, or as ovn-k8s-mp0 once it was renamed.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'management-port'],
  covers: ['G2', 'G16', 'G31', 'G37'],
  after: ['sriov/vfs-created', 'gateway/management-port-setting', 'gateway/management-port-resource'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  messages: {
    NO_MANAGEMENT_PORT: {
      text: 'failed to get PCI address',
      cause: 'Unable to retrieve the PCI address from the management port device.',
      remedy:
        'Ensure the management port device exists and is properly configured. Look for it: ip link show {port}; ip link show ovn-k8s-mp0',
      source: 'seed G L104-112',
    },
  },
  docs: ['seed G L15', 'seed G L104-112'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    const { netdev } = traced.derivation;
    const said = [...traced.evidence, netdev.evidence];
    if (netdev.ok) return verdictOf([], said);
    // Where a VF has no network device here, that is where the management port may have gone.
    const gone = [...facts.pci.functions.values()]
      .flatMap((pf) => vfsOf(pf, facts.pci))
      .filter((vf) => vf.state !== 'here')
      .map((vf) => evidence(`/sys/bus/pci/devices/${vf.address}`, describeVf(vf)));
    const finding = report('NO_MANAGEMENT_PORT', {
      subject: traced.port,
      args: { port: traced.port },
      observed: netdev.error,
      expected: `${traced.port}, or ovn-k8s-mp0`,
      evidence: [...said, ...gone.slice(0, MOST)],
    });
    return verdictOf([finding], said);
  },
});

/** VFs that are told of; a pod may hold each of a hundred. */
const MOST = 8;
