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
  expects: ['testbed-vf0-interface'],
  simulations: ['tap'],
  messages: {
    OTHER_DEVICE: {
      text: 'the default route does not lead through {device}: {actual}',
      cause:
        'All Kubernetes traffic of a server hosting a DPU will flow through the TAP interfaces; VF 0 is {device} there.',
      remedy: 'ip route replace default via <gateway of the tenant network> dev {device}',
      source: 'seed S L29-30',
    },
  },
  docs: ['seed S L29-30', 'https://github.com/Billy99/dpu-software/blob/main/docs/config-ovnk.md'],
  judge({ facts: { links, routes }, expected, report }) {
    const { value: device, from } = expected['testbed-vf0-interface'];
    if (!links.some(({ name }) => name === device))
      return notApplicable(`the machine has no interface ${device}, which VF 0 is called (${from})`);
    const defaults = defaultRoutes(routes);
    // The one with the lowest metric is taken; no metric is 0.
    const [best] = [...defaults].sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
    const actual = best === undefined ? 'there is none' : describeRoute(best);
    const said = evidence(
      'ip -j route show table all',
      defaults.map(describeRoute).join('; ') || 'no default route',
    );
    if (best?.devices.includes(device)) return verdictOf([], [said]);
    const about = {
      subject: device,
      observed: actual,
      expected: `default … dev ${device}`,
      evidence: [said],
    };
    return verdictOf([report('OTHER_DEVICE', { ...about, args: { device, actual } })], [said]);
  },
});
