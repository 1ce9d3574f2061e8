import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { DERIVE, evidenceOf, fileUnreadable, SETTINGS, settingsOf } from './settings.ts';

export const interfaceSetting = defineCheck({
  id: 'gateway/interface-setting',
  title: 'the gateway interface that OVN-Kubernetes is given is one that it can use',
  description:
    'derive-from-mgmt-port is resolved in dpu-host mode alone; any other value is the name of a network device, which must exist.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'worker', 'control-plane'],
  tags: ['gateway', 'ovn-kubernetes', 'configuration'],
  covers: ['G1', 'G9', 'G12', 'G29', 'G47'],
  after: ['gateway/node-mode'],
  requires: ['links', 'ovnkube'],
  expects: [...SETTINGS],
  messages: {
    NOT_RESOLVED: {
      text: 'derive-from-mgmt-port is taken for the name of a network device in {mode} mode',
      cause: 'Only available in DPU host mode',
      remedy:
        'Set --ovnkube-node-mode=dpu-host where this is a DPU host; elsewhere name the device: --gateway-interface=<netdev>',
      source: 'seed G L194',
    },
    MISSING: {
      text: 'Device "{name}" does not exist.',
      cause: 'The gateway interface that OVN-Kubernetes is given is no network device of this node.',
      remedy:
        'Look at what there is with ip link show, and set --gateway-interface to one of them; on a DPU host it may be the word derive-from-mgmt-port.',
      source: 'ip-link(8)',
    },
    NO_WAY_OUT: {
      text: 'the gateway interface is {name}, {what}: no way leads out of the cluster by it',
      cause: 'The gateway interface is the network device by which the node reaches other networks.',
      remedy:
        'Set --gateway-interface to that device; on a DPU host it may be the word derive-from-mgmt-port. See which it is: ip route show default',
    },
  },
  docs: ['seed G L5', 'seed G L28', 'seed G L194'],
  judge({ facts: { links, ovnkube }, expected, subject, report }) {
    const settings = settingsOf(ovnkube, expected);
    const { gatewayInterface, mode } = settings;
    const said = evidenceOf(settings);
    // What is expected of all nodes of a run is meant for those that it can be meant for.
    const meant =
      subject.role === 'dpu-host' || (subject.role === 'dpu' && gatewayInterface?.value !== DERIVE);
    if (ovnkube.pid === undefined && !meant) return notApplicable('no ovnkube runs here', said);
    if (gatewayInterface === undefined) {
      const absent = "no gateway interface is given: the one with the node's address is taken";
      return fileUnreadable(ovnkube) ?? notApplicable(ovnkube.pid ? absent : 'no ovnkube runs here', said);
    }
    const name = gatewayInterface.value;
    const common = { subject: name, observed: name, evidence: said };
    const dpuHost = mode === undefined ? subject.role === 'dpu-host' : mode.value === 'dpu-host';
    if (name === DERIVE) {
      if (dpuHost) return verdictOf([], said, 'derived from the management port');
      const args = { mode: mode?.value ?? 'full' };
      return verdictOf(
        [report('NOT_RESOLVED', { ...common, args, expected: 'the name of a network device' })],
        said,
      );
    }
    const link = links.find((one) => one.name === name || one.altnames.includes(name));
    const shown = evidence(
      `ip -j -d addr show`,
      link?.name ?? `no ${name} among ${links.map((one) => one.name).join(', ')}`,
    );
    // On a DPU it is a bridge of Open vSwitch: whether that is there and the right one, one check says for all.
    const isDpu = (mode?.value ?? subject.role) === 'dpu';
    if (link === undefined && isDpu)
      return notApplicable(`ovs/gateway-interface looks for ${name} among bridges and ports`, [
        ...said,
        shown,
      ]);
    if (link === undefined) {
      const expectedDevice = 'an existing network device';
      const about = { ...common, args: { name }, expected: expectedDevice, evidence: [...said, shown] };
      return verdictOf([report('MISSING', about)], [...said, shown]);
    }
    const what = isDpu ? undefined : inwards(link, settings.managementPort?.value);
    if (what === undefined) return verdictOf([], [...said, shown]);
    const about = { ...common, expected: 'a network device that leads out', evidence: [...said, shown] };
    return verdictOf([report('NO_WAY_OUT', { ...about, args: { name, what } })], [...said, shown]);
  },
});

/** What a network device is that leads into the cluster or nowhere. */
function inwards({ name, flags }: Link, managementPort: string | undefined): string | undefined {
  if (flags.includes('LOOPBACK')) return 'the loopback';
  const isManagementPort = name === RENAMED_MANAGEMENT_PORT || name === managementPort;
  return isManagementPort ? 'the management port' : undefined;
}
