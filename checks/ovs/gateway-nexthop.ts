import {
  globalAddresses,
  holderOf,
  inSubnet,
  isSameAddress,
  parseSubnet,
  reservedIn,
  versionOf,
} from '../../facts/derived/addresses.ts';
import { externalBridge } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defaultRoutes, describeRoute, type Route } from '../../facts/routes.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';
import { gatewayOptions } from './gateway-interface.ts';

const LINK_LOCAL = { address: 'fe80::', prefixLength: 10, family: 'inet6' } as const;

export const gatewayNexthop = defineCheck({
  id: 'ovs/gateway-nexthop',
  title: 'the gateway next hop is on the network of the DPU or of its host',
  description: 'OVN sends to it what leaves the cluster; it must be on the same link.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'external-ids', 'gateway'],
  covers: ['A27'],
  after: ['ovs/external-bridge-address'],
  requires: ['links', 'ovs', 'processes', 'routes'],
  expects: ['external-bridge'],
  messages: {
    NOT_SET: {
      text: "Couldn't get the required OVN Gateway NextHop. Exiting...",
      cause: 'external_ids:ovn-gw-nexthop is not set, and OVN_GATEWAY_OPTS gives no gateway.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<address of the router>"',
      source: 'OVN-Kubernetes release-1.0, dist/images/ovnkube.sh; seed A L109',
    },
    NO_ADDRESS: {
      text: 'external_ids:ovn-gw-nexthop is {nexthop}, which is no address',
      cause: 'OVN-Kubernetes reads an IPv4 or IPv6 address here, or one of each with a comma and no blank.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<address of the router>"',
    },
    SEVERAL: {
      text: 'only one {family} next-hop is allowed: {nexthop}',
      cause: 'OVN-Kubernetes takes one next hop for IPv4 and one for IPv6, and ends at its start with more.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<address of the router>"',
      source: 'OVN-Kubernetes, go-controller/pkg/node/gateway_init.go',
    },
    OWN: {
      text: 'gateway next hop {nexthop} is an address of this DPU',
      cause:
        'The next hop is the router behind the uplink; the address of the bridge was given in its place.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<address of the router>"',
    },
    OUTSIDE: {
      text: 'gateway next hop {nexthop} is not in {subnets}',
      cause:
        'It belongs to another network, the address of the bridge has a wrong prefix length, or ovn-gw-router-subnet is missing where host and DPU are in different subnets.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<router in the subnet>", or give the subnet of the host: external-ids:ovn-gw-router-subnet="<address>/<prefix length>"',
    },
    RESERVED: {
      text: 'gateway next hop {nexthop} is the {what} address of {subnet}',
      cause: 'No router has such an address.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="<address of the router>"',
      source: 'RFC 919',
    },
    OTHER_ROUTER: {
      text: 'gateway next hop is {nexthop}, and the DPU itself leaves {bridge} by {router}',
      cause:
        'One of them is wrong, or the network has several routers. Where {nexthop} is none, pods reach nothing outside the cluster.',
      remedy:
        'See whether it answers: arping -c 3 -I {bridge} {nexthop}. If not: sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-nexthop="{router}", and restart ovnkube-node',
      level: 'warn',
    },
  },
  docs: ['seed A L109', 'https://ovn-kubernetes.io/installation/launching-ovn-kubernetes-with-dpu/'],
  judge({ facts: { links, ovs, processes, routes }, expected, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const said = externalId(ovs, 'ovn-gw-nexthop');
    const nexthop = ovs.openVSwitch.externalIds.get('ovn-gw-nexthop');
    const about = { subject: 'ovn-gw-nexthop', observed: said.said, expected: 'the address of the router' };
    if (!nexthop) {
      const options = gatewayOptions(processes);
      if (options !== undefined)
        return notApplicable(`OVN_GATEWAY_OPTS stands in its place: ${options}`, [said]);
      if (subject.simulation !== undefined)
        return notApplicable('seed K sets none on its simulated DPUs', [said]);
      return verdictOf([report('NOT_SET', { ...about, args: {}, evidence: [said] })], [said]);
    }
    // With a zone, as in fe80::1%brp0, Go's net.ParseIP takes it for no address.
    const hops = nexthop.split(',');
    if (hops.some((hop) => versionOf(hop) === undefined || hop.includes('%')))
      return verdictOf([report('NO_ADDRESS', { ...about, args: { nexthop }, evidence: [said] })], [said]);
    const versions = hops.map(versionOf);
    const twice = versions.find((version, index) => versions.indexOf(version) < index);
    if (twice !== undefined) {
      const args = { family: `IPv${twice}`, nexthop };
      return verdictOf([report('SEVERAL', { ...about, args, evidence: [said] })], [said]);
    }
    for (const hop of hops) {
      const holder = holderOf(links, hop);
      if (holder === undefined) continue;
      const shown = evidence(`ip addr show dev ${holder.name}`, hop);
      const finding = report('OWN', { ...about, args: { nexthop: hop }, evidence: [said, shown] });
      return verdictOf([finding], [said, shown]);
    }
    // Routers announce themselves by such an address, which is on every link.
    const others = hops.filter((hop) => !inSubnet(hop, LINK_LOCAL));
    if (others.length === 0) return verdictOf([], [said], 'a link-local address');
    const routerSubnet = ovs.openVSwitch.externalIds.get('ovn-gw-router-subnet');
    const bridge = externalBridge(ovs, expected['external-bridge']?.value)?.name ?? '';
    const ofBridge = globalAddresses(links.find(({ name }) => name === bridge));
    const given = routerSubnet === undefined ? undefined : parseSubnet(routerSubnet);
    const subnets =
      given === undefined ? ofBridge : [given, ...ofBridge.filter(({ family }) => family !== given.family)];
    if (subnets.length === 0) {
      return undetermined(
        'no subnet is known that it could be in',
        `ip addr show dev ${bridge || '<bridge>'}`,
        [said],
      );
    }
    const text = subnets.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(' or ');
    const where = given
      ? externalId(ovs, 'ovn-gw-router-subnet')
      : evidence(`ip addr show dev ${bridge}`, text);
    // A cluster of one IP version passes the next hop of the other over.
    const ofSubnets = others.filter((hop) =>
      subnets.some(({ address }) => versionOf(address) === versionOf(hop)),
    );
    const findings = (ofSubnets.length > 0 ? ofSubnets : others)
      .filter((hop) => !subnets.some((subnet) => inSubnet(hop, subnet)))
      .map((hop) => {
        const outside = { ...about, expected: `an address in ${text}`, evidence: [said, where] };
        return report('OUTSIDE', { ...outside, args: { nexthop: hop, subnets: text } });
      });
    const reserved = others.flatMap((hop) =>
      subnets.flatMap((subnet) => {
        const what = reservedIn(hop, subnet);
        if (what === undefined) return [];
        const args = { nexthop: hop, what, subnet: `${subnet.address}/${subnet.prefixLength}` };
        return [report('RESERVED', { ...about, args, evidence: [said, where] })];
      }),
    );
    if (findings.length + reserved.length > 0 || given !== undefined)
      return verdictOf([...findings, ...reserved], [said, where]);
    const different = others.flatMap((hop) => {
      const own = routersOf(routes, bridge).filter((route) => gatewayOf(route, hop) !== undefined);
      if (own.length === 0 || own.some(({ gateways }) => gateways.some((one) => isSameAddress(one, hop))))
        return [];
      const shown = own.map((route) => evidence('ip route show default', describeRoute(route)));
      const router = own.map((route) => gatewayOf(route, hop)).find((gateway) => gateway !== undefined) ?? '';
      const args = { nexthop: hop, bridge, router };
      return [report('OTHER_ROUTER', { ...about, args, expected: router, evidence: [said, ...shown] })];
    });
    return verdictOf(different, [said, where]);
  },
});

/** The default routes that leave by this bridge. */
const routersOf = (routes: readonly Route[], bridge: string): readonly Route[] =>
  defaultRoutes(routes).filter(({ devices }) => devices.includes(bridge));

/** A router of the same IP version, by an address that is not link-local: those don't tell whether they are of one router. */
const gatewayOf = ({ gateways }: Route, hop: string): string | undefined =>
  gateways.find((gateway) => versionOf(gateway) === versionOf(hop) && !inSubnet(gateway, LINK_LOCAL));
