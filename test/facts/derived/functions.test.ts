import test from 'ava';
import { describeVf, examinedPfs, vfAddress, vfsOf } from '../../../facts/derived/functions.ts';
import { deriveGateway } from '../../../facts/derived/gateway.ts';
import { parseFact } from '../../../facts/fact.ts';
import { pci } from '../../../facts/pci.ts';
import {
  aNetdev,
  anOvnkube,
  aPciFunction,
  dpuHost,
  PF,
  pciOf,
  VFS,
  withFunction,
  withNetdev,
} from '../../helpers/node-facts.ts';

test('the gateway interface is the first network device in byte order, as os.ReadDir lists them', (t) => {
  const at = `/sys/bus/pci/devices/${PF}`;
  const parsed = parseFact(pci, {
    values: { values: new Map([[`${at}/vendor`, '0x15b3']]), unreadable: [] },
    links: new Map([[`/sys/bus/pci/devices/${VFS[0]}/physfn`, `../${PF}`]]),
    netdevs: [`${at}/net`, `${at}/net/eth2`, `${at}/net/eth10`, `${at}/net/Uplink`],
  });
  if (!parsed.ok) return t.fail(parsed.failure.message);
  const facts = { ...dpuHost(), pci: parsed.value };
  const { netdevs } = deriveGateway({ netdev: 'pf0vf0' }, facts);
  t.deepEqual(netdevs?.ok && netdevs.value, ['Uplink', 'eth10', 'eth2']);
  return undefined;
});

test("a VF's address follows from its number, also across devices and buses", (t) => {
  const of = (address: string, sriovOffset: number | undefined, sriovStride: number, number: number) =>
    vfAddress(aPciFunction(address, { sriovOffset, sriovStride }), number);
  t.is(of('0000:02:00.0', 3, 1, 2), '0000:02:00.5');
  t.is(of('0000:02:00.1', 7, 1, 0), '0000:02:01.0');
  // The igb of QEMU: 128 and 2.
  t.is(of('0000:03:00.0', 128, 2, 1), '0000:03:10.2');
  t.is(of('0000:3b:00.0', 0x100, 1, 0), '0000:3c:00.0');
  t.is(of('0000:02:00.0', undefined, 1, 0), undefined);
  t.is(of('no address', 1, 1, 0), undefined);
});

test('a count that is no number makes the fact unknown rather than the count absent', (t) => {
  const at = '/sys/bus/pci/devices/0000:02:00.0/sriov_numvfs';
  const values = { values: new Map([[at, 'three\u001b']]), unreadable: [] };
  const parsed = parseFact(pci, { values, links: new Map(), netdevs: [] });
  t.is(parsed.ok ? undefined : parsed.failure.code, 'unparsable');
  t.regex(parsed.ok ? '' : (parsed.failure.hint ?? ''), /sriov_numvfs/);
});

const NIC = '0000:05:00.0';
const addresses = (facts: Parameters<typeof examinedPfs>[0], named?: string) =>
  examinedPfs(facts, named).pfs.map(({ address }) => address);

test('the PF is the one that is named, by network device, alternative name or PCI address', (t) => {
  t.deepEqual(addresses(dpuHost(), 'eno1'), [NIC]);
  t.deepEqual(addresses(dpuHost(), PF), [PF]);
  const netdevs = withNetdev(dpuHost().netdevs, 'eno1', { altnames: ['enp5s0f0np0'] });
  t.deepEqual(addresses({ ...dpuHost(), netdevs }, 'enp5s0f0np0'), [NIC]);
  const { missing, pfs } = examinedPfs(dpuHost(), 'enp9s0');
  t.true(missing);
  t.deepEqual(pfs, []);
});

test('else it is that of the management port, else a DPU, else what has VFs, else what could have some', (t) => {
  const facts = { ...dpuHost(), ovnkube: anOvnkube({ managementPort: undefined }) };
  const renamed = new Map([...facts.netdevs, ['ovn-k8s-mp0', aNetdev('ovn-k8s-mp0', '0000:05:10.0')]]);
  const owned = withFunction(facts.pci, '0000:05:10.0', { physfn: NIC, physfnLink: `../${NIC}` });
  t.deepEqual(addresses({ ...facts, netdevs: renamed, pci: owned }), [NIC]);
  t.deepEqual(addresses(facts), [PF]);
  t.deepEqual(addresses({ ...facts, pci: withFunction(facts.pci, NIC, { sriovNumVfs: 4 }) }), [PF]);
  const plain = withFunction(facts.pci, PF, { device: '1017', sriovNumVfs: 0, virtfns: new Map() });
  t.deepEqual(addresses({ ...facts, pci: withFunction(plain, NIC, { sriovNumVfs: 4 }) }), [NIC]);
  t.deepEqual(addresses({ ...facts, pci: plain }), [PF, NIC]);
});

test('VFs here, elsewhere, on vfio-pci, unbound and missing are told apart', (t) => {
  const states = [
    { netdevs: ['eth0v0'] },
    {},
    { hasNetDirectory: false },
    { driver: 'vfio-pci', hasNetDirectory: false },
    { driver: 'mlx5_vfio_pci', hasNetDirectory: false },
    { driver: undefined, hasNetDirectory: false },
  ];
  const at = (number: number) => `0000:01:02.${number}`;
  const pf = aPciFunction(PF, {
    virtfns: new Map([...states, undefined].map((_, number) => [number, at(number)])),
  });
  const vfs = vfsOf(pf, pciOf(states.map((state, number) => aPciFunction(at(number), state))));
  t.deepEqual(
    vfs.map(({ state }) => state),
    ['here', 'elsewhere', 'none', 'passed-through', 'passed-through', 'unbound', 'missing'],
  );
  t.deepEqual(vfs.map(describeVf).slice(0, 2), [
    'vf 0 0000:01:02.0: eth0v0',
    'vf 1 0000:01:02.1: its network device is in another network namespace (mlx5_core)',
  ]);
});
