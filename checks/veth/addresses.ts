import { globalAddresses, inSubnet } from '../../facts/derived/addresses.ts';
import { isDpuSimulator, vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import type { Address } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

/** OVN-Kubernetes gives the gateway interface an address of these (--gateway-v4-masquerade-subnet, seed K L270-329). */
const MASQUERADE: readonly Omit<Address, 'scope'>[] = [
  { family: 'inet', address: '169.254.0.0', prefixLength: 16 },
  { family: 'inet6', address: 'fd69::', prefixLength: 112 },
];

export const addresses = defineCheck({
  id: 'veth/addresses',
  title: 'simulated VFs and representors have no IP addresses',
  description:
    "OVN-Kubernetes manages these interfaces. An address on one is another's network: that of kind on a renamed eth0, as a rule. dpu-simulator gives eth0-0 an address on purpose.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K31'],
  after: ['veth/leftovers'],
  requires: ['links'],
  simulations: ['veth'],
  messages: {
    HAS_ADDRESS: {
      text: '{name} has the address {address}',
      cause:
        'Raw connections ready for OVN-Kubernetes management (no IP addresses assigned). The eth0 of a kind node that was renamed to eth0-0 keeps its address, and is no VF: its other end is the bridge of kind.',
      remedy: 'ip addr del {address} dev {name}',
      source: 'seed K L215-217',
    },
  },
  docs: ['seed K L215-217'],
  judge({ facts: { links }, subject, report }) {
    const ports = vethPorts(links, subject.role === 'dpu' ? 'dpu' : 'host');
    const numbered = ports.filter(({ index }) => index !== undefined);
    if (numbered.length === 0) return notApplicable('the node has no simulated VFs or representors');
    const withGatewayAddress = isDpuSimulator(numbered) && subject.role === 'dpu-host';
    const said = (name: string, found: readonly string[]) =>
      evidence(`ip -j addr show ${name}`, found.join(' ') || 'no global address');
    const findings = numbered.flatMap(({ index, link }) => {
      if (withGatewayAddress && index === 0) return [];
      const found = globalAddresses(link)
        .filter(({ address }) => !MASQUERADE.some((subnet) => inSubnet(address, subnet)))
        .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
      return found.map((address) =>
        report('HAS_ADDRESS', {
          subject: link.name,
          args: { name: link.name, address },
          observed: address,
          expected: 'no address',
          evidence: [said(link.name, found)],
        }),
      );
    });
    return verdictOf(findings, [said(`of ${numbered.length} interfaces`, [])]);
  },
});
