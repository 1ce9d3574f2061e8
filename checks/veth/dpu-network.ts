import { globalAddresses } from '../../facts/derived/addresses.ts';
import { evidence } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute, type Route } from '../../facts/routes.ts';
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
    DOWN: {
      text: '{name} of the DPU is down',
      cause: 'It was set down. The kernel has taken its routes away with that, and does not give them back.',
      remedy: 'ip link set {name} up; ip route replace default via <gateway of the kind network> dev {name}',
      source: 'seed K L211',
    },
    NO_CARRIER: {
      text: '{name} of the DPU has no carrier',
      cause:
        "The other end of its veth pair, a port of kind's bridge on the machine that the container runs on, is down.",
      remedy:
        'On that machine: ip link set <other end> up, which is the one with ifindex {peer}: ip -o link | grep ^{peer}:',
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
      remedy: 'ip route replace default via <gateway of the kind network> dev eth0',
      source: 'seed K L96',
    },
    OTHER_DEFAULT_ROUTE: {
      text: 'the default route that the DPU takes is not that by eth0 or breth0: {route}',
      cause: 'Of several default routes the one with the lowest metric is taken; this one leads elsewhere.',
      remedy: 'ip {option} route del {route}',
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
    const eth0 = devices.find(({ name }) => name === 'eth0');
    const wanted = 'an address of the kind network';
    if (eth0 === undefined)
      return verdictOf([report('NO_INTERFACE', { ...about, observed: 'no eth0', expected: 'eth0' })], []);
    const used = devices.filter((link) => link === eth0 || globalAddresses(link).length > 0);
    const dead = used.find(({ flags }) => !flags.includes('UP') || !flags.includes('LOWER_UP'));
    if (dead !== undefined) {
      const { name, flags, linkIndex } = dead;
      const observed = `<${flags.join(',')}>`;
      const shown = [evidence(`ip -j link show ${name}`, observed), addr, route];
      const finding = { subject: name, observed, expected: 'UP,LOWER_UP', evidence: shown };
      return verdictOf(
        [
          flags.includes('UP')
            ? report('NO_CARRIER', { ...finding, args: { name, peer: linkIndex ?? '<unknown>' } })
            : report('DOWN', { ...finding, args: { name } }),
        ],
        [],
      );
    }
    if (found.length === 0)
      return verdictOf([report('NO_ADDRESS', { ...about, observed: addr.said, expected: wanted })], []);
    const leads = ({ devices: by }: Route) => by.some((dev) => INTERFACES.includes(dev));
    const taken = (['inet', 'inet6'] as const).flatMap((family) => takenOf(defaults, family) ?? []);
    const elsewhere = taken.find((one) => !leads(one));
    if (defaults.some(leads) && elsewhere !== undefined) {
      const observed = describeRoute(elsewhere);
      const args = { route: observed, option: elsewhere.family === 'inet6' ? '-6' : '-4' };
      const finding = { ...about, args, observed, expected: 'default … dev eth0' };
      return verdictOf([report('OTHER_DEFAULT_ROUTE', finding)], []);
    }
    return verdictOf(
      defaults.some(leads)
        ? []
        : [report('NO_DEFAULT_ROUTE', { ...about, observed: route.said, expected: 'default … dev eth0' })],
      [addr, route],
    );
  },
});

/** The one with the lowest metric; no metric is 0. Of several with the same, one by which the DPU is to go. */
const takenOf = (defaults: readonly Route[], family: Route['family']): Route | undefined =>
  defaults
    .filter((route) => route.family === family)
    .sort(
      (a, b) =>
        (a.metric ?? 0) - (b.metric ?? 0) ||
        Number(INTERFACES.includes(b.devices[0] ?? '')) - Number(INTERFACES.includes(a.devices[0] ?? '')),
    )[0];
