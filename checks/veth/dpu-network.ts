import { globalAddresses } from '../../facts/derived/addresses.ts';
import { evidence } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute } from '../../facts/routes.ts';
import { defineCheck, verdictOf } from '../define.ts';

/** OVN-Kubernetes moves eth0's address and routes to the bridge that it puts eth0 into. */
const INTERFACES = ['eth0', 'breth0'];

export const dpuNetwork = defineCheck({
  id: 'veth/dpu-network',
  title: 'the simulated DPU is on the network of kind',
  description: 'It reaches the cluster by eth0: its own, which the document says came from the host.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['veth'],
  covers: ['K3', 'K32'],
  requires: ['links', 'routes'],
  simulations: ['veth'],
  messages: {
    NO_INTERFACE: {
      text: 'the DPU has no eth0',
      cause:
        'Each DPU has transferred kind network access + 16 representor interfaces. Nothing is transferred: the set-up leaves the eth0 of a DPU alone.',
      remedy: 'Connect the container again: docker network connect kind <container of the DPU>',
      source: 'seed K L211',
    },
    NO_ADDRESS: {
      text: 'neither eth0 nor breth0 of the DPU has an address',
      cause: 'Each DPU has transferred kind network access + 16 representor interfaces.',
      remedy:
        'Connect the container again: docker network disconnect kind <container of the DPU>; docker network connect kind <container of the DPU>',
      source: 'seed K L211',
    },
    NO_DEFAULT_ROUTE: {
      text: 'the DPU has no default route by eth0 or breth0',
      cause:
        'DPU nodes have cluster access; without a default route nothing beyond the network of kind is reached.',
      remedy: 'ip route add default via <gateway of the kind network> dev eth0',
      source: 'seed K L96',
    },
  },
  docs: ['seed K L18-19', 'seed K L211-213'],
  judge({ facts: { links, routes }, report }) {
    const devices = links.filter(({ name }) => INTERFACES.includes(name));
    const found = devices.flatMap((link) =>
      globalAddresses(link).map(({ address, prefixLength }) => `${link.name} ${address}/${prefixLength}`),
    );
    const defaults = defaultRoutes(routes);
    const addr = evidence(
      'ip -j -d addr show',
      found.join(', ') || devices.map(({ name }) => `${name} without address`).join(', ') || 'no eth0',
    );
    const route = evidence(
      'ip -j route show table all',
      defaults.map(describeRoute).join('; ') || 'no default route',
    );
    const about = { subject: 'eth0', args: {}, evidence: [addr, route] };
    if (!devices.some(({ name }) => name === 'eth0'))
      return verdictOf([report('NO_INTERFACE', { ...about, observed: 'no eth0', expected: 'eth0' })], []);
    const findings = [
      ...(found.length > 0
        ? []
        : [
            report('NO_ADDRESS', {
              ...about,
              observed: addr.said,
              expected: 'an address of the kind network',
            }),
          ]),
      ...(found.length === 0 ||
      defaults.some((given) => given.devices.some((dev) => INTERFACES.includes(dev)))
        ? []
        : [report('NO_DEFAULT_ROUTE', { ...about, observed: route.said, expected: 'default … dev eth0' })]),
    ];
    return verdictOf(findings, [addr, route]);
  },
});
