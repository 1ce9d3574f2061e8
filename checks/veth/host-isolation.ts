import { globalAddresses } from '../../facts/derived/addresses.ts';
import { isDpuSimulator, vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute, type Route } from '../../facts/routes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

/** The devices whose packets reach the DPU, not the network of kind: newer set-ups route through the pair pf and pfrep. */
const THROUGH_DPU = /^(?:pf|ovn-k8s-mp\d+)$/;

export const hostIsolation = defineCheck({
  id: 'veth/host-isolation',
  title: 'the simulated DPU host has no way around its DPU',
  description:
    'The set-up deletes the default route only; as long as the kind interface is there with an address, its whole subnet stays reachable on the link, the API server with it.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['veth'],
  covers: ['K23', 'K26', 'K30'],
  after: ['veth/leftovers', 'veth/addresses'],
  requires: ['links', 'routes'],
  simulations: ['veth'],
  messages: {
    DEFAULT_ROUTE: {
      text: 'the host has a default route: {route}',
      cause:
        'host nodes are completely isolated and can only communicate through veth pairs. The set-up hides errors of ip route del default.',
      remedy: 'ip {option} route del {route}',
      source: 'seed K L97, L183-184',
    },
    KIND_INTERFACE: {
      text: 'the host still has the interface eth0 of kind with the address {address}',
      cause:
        "Each Host has exactly 16 interfaces: eth0-0 (repurposed) + eth0-1..15 (new veth ends). eth0's subnet is reached on the link, without any default route.",
      remedy: 'Take it off the network: ip link set eth0 down; ip addr flush dev eth0',
      source: 'seed K L143, L222',
    },
  },
  docs: ['seed K L94-97', 'seed K L181-209'],
  judge({ facts: { links, routes }, report }) {
    const ports = vethPorts(links, 'host');
    if (ports.length === 0) return notApplicable('the node has no simulated VFs');
    if (isDpuSimulator(ports.filter(({ index }) => index !== undefined)))
      return notApplicable('dpu-simulator leaves its hosts on the network of their cluster');
    const defaults = defaultRoutes(routes).filter(
      ({ devices }) => !devices.every((dev) => THROUGH_DPU.test(dev)),
    );
    const said = evidence(
      'ip -j route show table all',
      defaultRoutes(routes).map(describeRoute).join('; ') || 'no default route',
    );
    const addresses = globalAddresses(links.find(({ name }) => name === 'eth0'));
    const eth0 = evidence(
      'ip -j addr show eth0',
      addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(' ') || 'no address',
    );
    const findings = [
      ...defaults.map((route) =>
        report('DEFAULT_ROUTE', {
          subject: describeRoute(route),
          args: { route: describeRoute(route), option: optionOf(route) },
          observed: describeRoute(route),
          expected: 'no default route',
          evidence: [said],
        }),
      ),
      ...addresses.map(({ address, prefixLength }) =>
        report('KIND_INTERFACE', {
          subject: 'eth0',
          args: { address: `${address}/${prefixLength}` },
          observed: `${address}/${prefixLength}`,
          expected: 'no interface eth0, or none with an address',
          evidence: [eth0],
        }),
      ),
    ];
    return verdictOf(findings, [said, eth0]);
  },
});

const optionOf = ({ family }: Route): string => (family === 'inet6' ? '-6' : '-4');
