import { evidence } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute } from '../../facts/routes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const hostRoute = defineCheck({
  id: 'tap/host-route',
  title: "the DPU host's default route leads through a TAP interface",
  description: 'Kubernetes traffic that leaves by the management port goes around the DPU.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['tap'],
  covers: ['S9'],
  after: ['tap/guest-interfaces'],
  requires: ['links', 'routes'],
  expects: ['testbed-vf0-interface', 'testbed-management-interface'],
  simulations: ['tap'],
  messages: {
    OTHER_DEVICE: {
      text: 'the default route does not lead through {device}: {actual}',
      cause:
        'All Kubernetes traffic of a server hosting a DPU will flow through the TAP interfaces; VF 0 is {device} there.',
      remedy: 'ip route replace default via <gateway of the tenant network> dev {device}',
      source: 'seed S L29-30',
    },
    DOWN: {
      text: '{device} is down, which VF 0 is on the DPU host',
      cause:
        'All Kubernetes traffic of a server hosting a DPU will flow through the TAP interfaces. The kernel has taken the routes of the interface away with that, and does not give them back.',
      remedy:
        'ip link set {device} up; ip route replace default via <gateway of the tenant network> dev {device}',
      source: 'seed S L29-30',
    },
    MISSING: {
      text: 'the interface {device} is missing, which VF 0 is on the DPU host, and no other than the management port leads to a default route',
      cause:
        'All Kubernetes traffic of a server hosting a DPU will flow through the TAP interfaces. The virtual machine has lost the interface of its TAP, or the interface was renamed.',
      remedy:
        'Look at its interfaces on the hypervisor: virsh domiflist <virtual machine>. If VF 0 has another name here: --set testbed-vf0-interface=<name>',
      source: 'seed S L29-30',
    },
  },
  docs: ['seed S L29-30', 'https://github.com/Billy99/dpu-software/blob/main/docs/config-ovnk.md'],
  judge({ facts: { links, routes }, expected, report }) {
    const { value: device, from } = expected['testbed-vf0-interface'];
    const defaults = defaultRoutes(routes);
    // The one with the lowest metric is taken; no metric is 0.
    const [best] = [...defaults].sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
    const said = evidence(
      'ip -j route show table all',
      defaults.map(describeRoute).join('; ') || 'no default route',
    );
    const find = (wanted: string) =>
      links.find(({ name, altnames }) => name === wanted || altnames.includes(wanted));
    const vf0 = find(device);
    const management = expected['testbed-management-interface'].value;
    if (vf0 === undefined) {
      // Without any name of the testbed, or with a way that is not the management port's, its names are others.
      const port = find(management);
      if (port === undefined || best?.devices.some((dev) => dev !== port.name))
        return notApplicable(`the machine has no interface ${device}, which VF 0 is called (${from})`, [
          said,
        ]);
      const names = links.map(({ name }) => name).join(' ');
      const missing = { subject: device, observed: 'not there', expected: `${device} (${from})` };
      const shown = [evidence('ip -j -d addr show', names), said];
      return verdictOf([report('MISSING', { ...missing, args: { device }, evidence: shown })], []);
    }
    if (best?.devices.includes(vf0.name)) return verdictOf([], [said]);
    const about = { subject: device, args: { device } };
    const flags = `<${vf0.flags.join(',')}>`;
    if (!vf0.flags.includes('UP')) {
      const shown = [evidence(`ip -j link show ${device}`, flags), said];
      return verdictOf([report('DOWN', { ...about, observed: flags, expected: 'UP', evidence: shown })], []);
    }
    const actual = best === undefined ? 'there is none' : describeRoute(best);
    const expectedRoute = `default … dev ${device}`;
    const finding = { ...about, observed: actual, expected: expectedRoute, evidence: [said] };
    return verdictOf([report('OTHER_DEVICE', { ...finding, args: { device, actual } })], [said]);
  },
});
