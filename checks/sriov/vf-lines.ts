import { examinedPfs } from '../../facts/derived/functions.ts';
import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import type { VfLine } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const vfLines = defineCheck({
  id: 'sriov/vf-lines',
  title: 'ip link shows every VF of the PF',
  description:
    "The driver of the PF tells the VFs that it manages. A MAC of zeros is normal: the VF's own driver chose one.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'link'],
  covers: ['A21', 'G35'],
  after: ['sriov/pf-netdev', 'sriov/virtfn-count'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    OTHER_COUNT: {
      text: '{netdev} shows {count} vf lines for {numvfs} VFs',
      cause: "The PF's driver does not manage all of the VFs that the PCI bus has.",
      remedy:
        "Look at both, and at the kernel's messages: ip link show {netdev}; cat /sys/class/net/{netdev}/device/sriov_numvfs; dmesg | grep {netdev}",
      source: 'seed A L75-82',
    },
    DISABLED: {
      text: 'vf {vf} of {netdev} has link-state disable',
      cause: 'The PF keeps the link of this VF down, whatever its pod does.',
      remedy: 'ip link set {netdev} vf {vf} state auto',
      source: 'seed A L77-82',
    },
    OTHER_MAC: {
      text: 'the management port {port} has the MAC address {own}, and {netdev} keeps {mac} for it, its vf {vf}',
      cause: "Spoof checking drops what a VF sends with another address than the PF's.",
      remedy: 'ip link set {netdev} vf {vf} mac {own}',
      source: 'ip-link(8)',
    },
    VLAN: {
      text: 'vf {vf} of {netdev}, the management port, has VLAN {vlan}',
      cause:
        'The PF puts the tag on all that the VF sends, and hands it nothing without; OVN uses no such tag.',
      remedy: 'ip link set {netdev} vf {vf} vlan 0',
      source: 'ip-link(8)',
    },
    POD_VLAN: {
      text: 'vf {vf} of {netdev} has VLAN {vlan}',
      cause:
        'The PF puts the tag on all that the VF sends, and hands it nothing without; OVN uses no such tag, other networks may.',
      remedy: 'Where the VF is for pods of OVN-Kubernetes: ip link set {netdev} vf {vf} vlan 0',
      source: 'ip-link(8)',
      level: 'warn',
    },
  },
  docs: ['seed A L75-82', 'seed G L143'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    const ports = pfs.flatMap((pf) =>
      facts.links
        .filter((link) => pf.netdevs.includes(link.name) && link.vfs.length > 0)
        .map((link) => ({
          netdev: link.name,
          link,
          count: link.vfs.length,
          numvfs: pf.sriovNumVfs ?? 0,
          pf,
        })),
    );
    if (ports.length === 0) {
      const drivers = [...new Set(pfs.map((pf) => pf.driver ?? 'no driver'))].join(', ');
      return notApplicable(`ip link shows no vf lines: the driver of the PF (${drivers}) tells none`, [
        evidence('ip -j -d addr show', `${pfs.map((pf) => pf.netdevs.join(' ')).join(' ')}: no vfinfo_list`),
      ]);
    }
    const saidOf = ({ netdev, count, numvfs, pf }: (typeof ports)[number]) => [
      evidence('ip -j -d addr show', `${netdev}: ${count} vf lines`),
      evidence(`/sys/bus/pci/devices/${pf.address}/sriov_numvfs`, `${numvfs}`),
    ];
    const findings = ports
      .filter(({ count, numvfs }) => count !== numvfs)
      .map((port) =>
        report('OTHER_COUNT', {
          subject: port.netdev,
          args: { netdev: port.netdev, count: port.count, numvfs: port.numvfs },
          observed: `${port.count} vf lines`,
          expected: `${port.numvfs} vf lines`,
          evidence: saidOf(port),
        }),
      );
    const disabled = ports.flatMap(({ netdev, link }) =>
      link.vfs
        .filter(({ linkState }) => linkState === 'disable')
        .map(({ vf }) =>
          report('DISABLED', {
            subject: netdev,
            args: { netdev, vf },
            observed: 'link-state disable',
            expected: 'link-state auto',
            evidence: [evidence(`ip link show ${netdev}`, `vf ${vf}: link-state disable`)],
          }),
        ),
    );
    const managed = facts.netdevs.get(RENAMED_MANAGEMENT_PORT);
    const odd = ports.flatMap(({ netdev, link, pf }) =>
      link.vfs.flatMap((line) => {
        const { vf, mac, vlan } = line;
        const address = pf.virtfns.get(vf);
        const port = address !== undefined && address === managed?.pciAddress ? managed : undefined;
        const own = facts.links.find(({ name }) => name === port?.name)?.mac;
        const said = evidence(`ip link show ${netdev}`, describe(line));
        const about = { subject: netdev, observed: describe(line), evidence: [said] };
        const tagged =
          vlan === undefined
            ? []
            : [
                report(port === undefined ? 'POD_VLAN' : 'VLAN', {
                  ...about,
                  args: { netdev, vf, vlan },
                  expected: 'no VLAN',
                }),
              ];
        if (port === undefined || own === undefined || !dropsFrom(own, line)) return tagged;
        const args = { netdev, vf, mac, own, port: port.name };
        const proof = [said, evidence(`ip link show ${port.name}`, own)];
        return [...tagged, report('OTHER_MAC', { ...about, args, expected: own, evidence: proof })];
      }),
    );
    return verdictOf([...findings, ...disabled, ...odd], ports.flatMap(saidOf));
  },
});

/** Zeros stand for an address that nobody has given the VF, and one that the driver does not tell. */
const dropsFrom = (own: string, { mac, spoofChecking }: VfLine): boolean =>
  spoofChecking === true && mac !== '' && mac !== '00:00:00:00:00:00' && mac !== own;

const describe = ({ vf, mac, vlan, spoofChecking }: VfLine): string =>
  [
    `vf ${vf}`,
    mac,
    vlan === undefined ? '' : `vlan ${vlan}`,
    spoofChecking === undefined ? '' : `spoof checking ${spoofChecking ? 'on' : 'off'}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
