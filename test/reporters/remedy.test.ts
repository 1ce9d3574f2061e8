import test from 'ava';
import fc from 'fast-check';
import { CHECKS } from '../../checks/index.ts';
import { remedyLines } from '../../reporters/remedy.ts';

const texts = (remedy: string, width: number): string[] => remedyLines(remedy, width).map(({ text }) => text);

test('a command at the end stands on a line of its own', (t) => {
  t.deepEqual(remedyLines('Look at the link: ls -l /sys/bus/pci/devices/0000:01:00.2/physfn', 20), [
    { text: 'Look at the link:', isCommand: false },
    { text: 'ls -l /sys/bus/pci/devices/0000:01:00.2/physfn', isCommand: true },
  ]);
});

test('a remedy that is a command stays whole', (t) => {
  t.deepEqual(remedyLines('ip link set enp1s0f0np0 mtu 9000', 10), [
    { text: 'ip link set enp1s0f0np0 mtu 9000', isCommand: true },
  ]);
});

test('prose breaks around the commands in it', (t) => {
  t.deepEqual(
    texts('Remove it: apt-get remove openvswitch-switch openvswitch-common (dnf remove openvswitch)', 40),
    ['Remove it:', 'apt-get remove openvswitch-switch openvswitch-common', '(dnf remove openvswitch)'],
  );
  t.deepEqual(texts('Restart it: systemctl restart openvswitch-switch.service, and look why it ended', 30), [
    'Restart it:',
    'systemctl restart openvswitch-switch.service,',
    'and look why it ended',
  ]);
});

test('prose without commands is wrapped like any other', (t) => {
  t.deepEqual(texts('Verify SR-IOV configuration and driver support', 20), [
    'Verify SR-IOV',
    'configuration and',
    'driver support',
  ]);
  t.deepEqual(texts('Ask the owner: the DPU may be powered off.', 80), [
    'Ask the owner: the DPU may be powered off.',
  ]);
});

test('no word of a remedy is lost or changed, however narrow the terminal', (t) => {
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
  for (const { id, messages } of CHECKS) {
    for (const { remedy } of Object.values(messages))
      for (const width of [24, 60, 100]) t.is(words(texts(remedy, width).join(' ')), words(remedy), id);
  }
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 10, max: 60 }), (text, width) => {
      t.is(words(texts(text, width).join(' ')), words(text));
    }),
  );
});
