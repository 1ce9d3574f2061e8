import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { evidenceOf, fileUnreadable, SETTINGS, settingsOf, variableOf } from './settings.ts';

const OWN =
  '--ovnkube-node-mgmt-port-netdev=<netdev> or --ovnkube-node-mgmt-port-dp-resource-name=<resource>';

export const managementPortSetting = defineCheck({
  id: 'gateway/management-port-setting',
  title: 'the management port is given where the mode wants it, and once',
  description: 'In dpu-host mode the management port is a VF that OVN-Kubernetes has to be told.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['gateway', 'ovn-kubernetes', 'configuration'],
  covers: ['G8', 'G11', 'G28', 'G42', 'G43', 'G44'],
  after: ['gateway/node-mode'],
  requires: ['ovnkube'],
  expects: [...SETTINGS],
  messages: {
    NOT_PROVIDED: {
      text: 'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
      cause: 'Management port netdev must be specified (`--ovnkube-node-mgmt-port-netdev`)',
      remedy: `Give ovnkube-node ${OWN}.`,
      source: 'ovn-kubernetes go-controller/pkg/config/config.go; seed G L87',
    },
    PROVIDED: {
      text: 'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided',
      cause: "In dpu mode the management port's representor is found from the host's annotation.",
      remedy: `Take ${OWN} off the DaemonSet of the DPU.`,
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    RESOURCE_WANTED: {
      text: 'ovnkube-node-mgmt-port-dp-resource-name must be provided on dpu-host mode if network segmentation is enabled',
      cause: 'Each primary network has a management port of its own, which only a resource can provide.',
      remedy: 'Give ovnkube-node --ovnkube-node-mgmt-port-dp-resource-name=<resource>.',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    BOTH: {
      text: 'both {netdev} and the resource {resource} are given as management port: the resource counts',
      cause: 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME has priority over OVNKUBE_NODE_MGMT_PORT_NETDEV',
      remedy: 'Leave one of them out, best --ovnkube-node-mgmt-port-netdev.',
      source: 'seed G L186',
      level: 'warn',
    },
  },
  docs: ['seed G L84-88', 'seed G L171-186'],
  judge({ facts: { ovnkube }, expected, report }) {
    const settings = settingsOf(ovnkube, expected);
    const { mode, managementPort: netdev, managementPortResource: resource } = settings;
    const said = evidenceOf(settings);
    if (mode === undefined || ovnkube.pid === undefined)
      return notApplicable('no ovnkube runs here, so its arguments show nowhere', said);
    const unreadable = netdev === undefined && resource === undefined ? fileUnreadable(ovnkube) : undefined;
    if (unreadable !== undefined) return unreadable;
    if (mode.value === 'full')
      return notApplicable('in full mode a management port is a matter of choice', said);
    const args = { netdev: netdev?.value ?? '', resource: resource?.value ?? '' };
    const finding = (code: 'NOT_PROVIDED' | 'PROVIDED' | 'RESOURCE_WANTED' | 'BOTH', expects: string) =>
      report(code, {
        subject: 'management port',
        args,
        observed: `netdev ${args.netdev || 'not given'}, resource ${args.resource || 'not given'}`,
        expected: expects,
        evidence: said,
      });
    const given = netdev !== undefined || resource !== undefined;
    if (mode.value === 'dpu')
      return verdictOf(given ? [finding('PROVIDED', 'neither in dpu mode')] : [], said);
    if (!given) return verdictOf([finding('NOT_PROVIDED', 'one of them in dpu-host mode')], said);
    if (resource === undefined && ovnkube.networkSegmentation)
      return verdictOf([finding('RESOURCE_WANTED', 'a resource')], said);
    // A resource without devices is passed over, or ends ovnkube: gateway/management-port-resource tells that.
    const counts =
      resource !== undefined &&
      (!ovnkube.environmentReadable || Boolean(ovnkube.devices.get(variableOf(resource.value))?.value));
    return verdictOf(netdev && counts ? [finding('BOTH', 'one of them')] : [], said);
  },
});
