import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, pass, undetermined, verdictOf } from '../define.ts';
import { SETTINGS, settingsOf, variableOf } from './settings.ts';

export const managementPortResource = defineCheck({
  id: 'gateway/management-port-resource',
  title: "the management port's resource holds a device",
  description:
    'OVN-Kubernetes takes the management port from the devices that the device plugin gave its container.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'ovn-kubernetes', 'device-plugin'],
  covers: ['G43', 'G44', 'G45'],
  after: ['gateway/management-port-setting'],
  requires: ['ovnkube'],
  expects: [...SETTINGS],
  messages: {
    NO_DEVICES: {
      text: 'no device IDs for resource: {resource}',
      cause: 'The device plugin gave the container no device of the resource.',
      remedy:
        'Look at the pool: kubectl describe node <node>, and request {resource} in the DaemonSet of ovnkube-node.',
      source: 'ovn-kubernetes go-controller/pkg/util',
    },
    PASSED_OVER: {
      text: '{variable} is not in the environment of ovnkube: the resource {resource} is passed over',
      cause:
        'The device plugin gave the container no device of the resource, and no --ovnkube-node-mgmt-port-netdev stands in for it.',
      remedy:
        'Request {resource} in the DaemonSet of ovnkube-node, and look whether the pool has devices: kubectl describe node <node>',
      source: 'ovn-kubernetes go-controller/pkg/controllermanager',
    },
    FALLS_BACK: {
      text: '{variable} is not in the environment of ovnkube: {netdev} is the management port and not a device of {resource}',
      cause:
        'Where the variable is absent, OVN-Kubernetes falls back to --ovnkube-node-mgmt-port-netdev silently.',
      remedy:
        'Request {resource} in the DaemonSet of ovnkube-node, or leave --ovnkube-node-mgmt-port-dp-resource-name out. Look at the pool: kubectl describe node <node>',
      source: 'ovn-kubernetes go-controller/pkg/controllermanager',
      level: 'warn',
    },
  },
  docs: ['seed G L180-186'],
  judge({ facts: { ovnkube }, expected, report }) {
    const { managementPort: netdev, managementPortResource: resource } = settingsOf(ovnkube, expected);
    if (resource === undefined) return notApplicable('no resource is given for the management port');
    if (ovnkube.pid === undefined) return notApplicable('no ovnkube runs here', [resource.evidence]);
    const variable = variableOf(resource.value);
    const devices = ovnkube.devices.get(variable);
    if (devices?.value) return pass([resource.evidence, devices.evidence]);
    if (!ovnkube.environmentReadable) {
      return undetermined(
        "the environment of ovnkube can't be read, so its devices don't show",
        'Log in as root, or allow cat in sudoers with NOPASSWD.',
        [resource.evidence],
      );
    }
    const absent = netdev === undefined ? 'PASSED_OVER' : 'FALLS_BACK';
    const finding = report(devices === undefined ? absent : 'NO_DEVICES', {
      subject: resource.value,
      args: { resource: resource.value, variable, netdev: netdev?.value ?? '' },
      observed: devices === undefined ? `no ${variable}` : `${variable} is empty`,
      expected: 'the PCI address of a VF',
      evidence: [
        resource.evidence,
        devices?.evidence ?? evidence(`/proc/${ovnkube.pid}/environ (ovnkube)`, `no ${variable}`),
      ],
    });
    return verdictOf([finding], [resource.evidence]);
  },
});
