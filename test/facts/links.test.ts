import test from 'ava';
import { parseFact } from '../../facts/fact.ts';
import { links } from '../../facts/links.ts';
import { netdevs } from '../../facts/netdevs.ts';

/** Written by hand in the forms of iproute2 6.1 (an igb PF) and 4.20 (ip/ipaddress.c, print_vfinfo, of both). */
const NEW = [
  '{"vf":0,"link_type":"ether","address":"02:00:00:00:00:10","broadcast":"ff:ff:ff:ff:ff:ff","vlan_list":[{"vlan":100}],"rate":{"max_tx":0,"min_tx":0},"spoofchk":true,"link_state":"auto","trust":false}',
  '{"vf":1,"link_type":"ether","address":"02:00:00:00:00:11","broadcast":"ff:ff:ff:ff:ff:ff","vlan_list":[{}],"spoofchk":false,"link_state":"disable"}',
];
const OLD = [
  '{"vf":0,"mac":"02:00:00:00:00:10","vlan":100,"spoofchk":true,"link_state":"auto"}',
  '{"vf":1,"mac":"02:00:00:00:00:11"}',
];

const vfsOf = (lines: readonly string[]) => {
  const stdout = `[{"ifindex":3,"ifname":"enp2s0f0","flags":["UP"],"vfinfo_list":[${lines.join()}]}]`;
  const outcome = parseFact(links, { addr: { command: 'ip', exitCode: 0, stdout, stderr: '' } });
  return outcome.ok ? outcome.value[0]?.vfs : outcome.failure;
};

test('the lines of VFs as newer and older versions of iproute2 write them', (t) => {
  const first = { vf: 0, mac: '02:00:00:00:00:10', linkState: 'auto', vlan: 100, spoofChecking: true };
  const second = { vf: 1, mac: '02:00:00:00:00:11', vlan: undefined };
  t.deepEqual(vfsOf(NEW), [first, { ...second, linkState: 'disable', spoofChecking: false }]);
  t.deepEqual(vfsOf(OLD), [first, { ...second, linkState: undefined, spoofChecking: undefined }]);
});

test('sysfs tells network devices with and without iproute2, which alone knows their other names', (t) => {
  const stdout = '[{"ifindex":3,"ifname":"enp2s0f0","altnames":["enp2s0f0np0"]}]';
  const sysfs = new Map([['/sys/class/net/enp2s0f0', '../../devices/pci0000:00/0000:02:00.0/net/enp2s0f0']]);
  const parse = (addr: { stdout: string; exitCode: number } | undefined) => {
    const answer = addr && { command: 'ip', stderr: '', ...addr };
    const given = { links: sysfs, values: { values: new Map(), unreadable: [] }, addr: answer };
    const outcome = parseFact(netdevs, given);
    return outcome.ok ? outcome.value.get('enp2s0f0')?.altnames : outcome.failure;
  };
  t.deepEqual(parse({ stdout, exitCode: 0 }), ['enp2s0f0np0']);
  for (const missing of [undefined, { stdout: '', exitCode: 127 }, { stdout: '"altnames"', exitCode: 0 }])
    t.is(parse(missing), undefined);
});
