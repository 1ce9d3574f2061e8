import { examinedPfs } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const dpuDevice = defineCheck({
  id: 'sriov/dpu-device',
  title: 'the PF is that of the DPU that is expected',
  description:
    "A host may have other SR-IOV NICs. Whether the PF under examination is a DPU's tells its PCI vendor and device; 15b3:a2d6 is a BlueField-2, whose network part is a ConnectX-6 Dx.",
  severity: 'warning',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'versions'],
  covers: ['A5'],
  after: ['sriov/supported'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['dpu-devices', 'pf'],
  hardware: true,
  messages: {
    OTHER_DEVICE: {
      text: 'the PF {pf} is {device}, and {wanted} is expected',
      cause: 'The host has another DPU than the guide is about, or the PF of another NIC is examined.',
      remedy:
        'See which it is: lspci -nn -s {pf}; name the right one with --set pf=<netdev>, or what is right here with --set dpu-devices={device}',
      source: 'seed A L9',
    },
  },
  docs: ['seed A L9', 'https://pci-ids.ucw.cz/read/PC/15b3'],
  judge({ facts, expected, report }) {
    const wanted = expected['dpu-devices'];
    if (wanted === undefined || wanted.value.length === 0)
      return notApplicable('no particular DPU is expected');
    const { pfs, how } = examinedPfs(facts, expected.pf?.value);
    if (pfs.length === 0) return notApplicable(`there is no PF to be examined: ${how}`);
    const seen = pfs.map(({ address, vendor, device }) =>
      evidence(`/sys/bus/pci/devices/${address}/{vendor,device}`, `${vendor}:${device}`),
    );
    const findings = pfs
      .map(({ address, vendor, device }) => ({ address, id: `${vendor}:${device}` }))
      .filter(({ id }) => !wanted.value.includes(id))
      .map(({ address, id }) =>
        report('OTHER_DEVICE', {
          subject: address,
          args: { pf: address, device: id, wanted: wanted.value.join(' or ') },
          observed: id,
          expected: `${wanted.value.join(', ')} (${wanted.from})`,
          evidence: seen.filter(({ source }) => source.includes(address)),
        }),
      );
    return verdictOf(findings, seen, how);
  },
});
