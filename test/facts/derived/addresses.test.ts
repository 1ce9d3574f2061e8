import { isIP } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { inSubnet, isSameAddress, parseSubnet, versionOf } from '../../../facts/derived/addresses.ts';

test('an address is what Node takes for one', (t) => {
  const given = [
    '10.0.0.1',
    '256.0.0.1',
    '::',
    'fe80::1%eth0',
    'fe80::1%',
    '::%:',
    '::%a_b',
    '::ffff:10.0.0.1',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    'fd00::/64',
    ' ::1',
    '::1\u0000x',
    '[::1]',
    '',
  ];
  for (const address of given) t.is(versionOf(address) ?? 0, isIP(address) as 0 | 4 | 6, address);
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.stringMatching(/^[0-9a-f:.%]{0,40}$/));
  fc.assert(fc.property(text, (address) => (versionOf(address) ?? 0) === isIP(address)));
});

test('an IPv6 address can be written in several ways', (t) => {
  t.true(isSameAddress('fd00::1', 'fd00:0:0::0001'));
  t.false(isSameAddress('fd00::1', 'fd00::2'));
  t.false(isSameAddress('10.0.0.1', '::ffff:10.0.0.1'));
});

test('a subnet holds what has its prefix, of its own family', (t) => {
  const subnet = parseSubnet('192.168.40.0/22');
  if (subnet === undefined) throw new Error('no subnet');
  t.true(inSubnet('192.168.43.9', subnet));
  t.false(inSubnet('192.168.44.1', subnet));
  t.false(inSubnet('fd00::1', subnet));
  t.is(parseSubnet('192.168.40.0'), undefined);
  t.is(parseSubnet('nonsense/24'), undefined);
});
