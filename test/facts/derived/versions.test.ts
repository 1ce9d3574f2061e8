import test from 'ava';
import fc from 'fast-check';
import { inSubnet, parseSubnet } from '../../../facts/derived/addresses.ts';
import { atLeast, iprouteSuffices, ovsRelease } from '../../../facts/derived/versions.ts';

test("BlueField's own numbering names the release it is made from", (t) => {
  t.is(ovsRelease('2.9.0-0060-24.10-based-3.3.3'), '3.3.3');
  t.is(ovsRelease('2.17.5'), '2.17.5');
  t.is(ovsRelease('2.13.8-1.el8'), '2.13.8');
  t.is(ovsRelease(''), undefined);
});

test('releases are compared number by number', (t) => {
  t.true(atLeast('2.13', '2.13') && atLeast('2.13.0', '2.13') && atLeast('3.0', '2.13'));
  t.false(atLeast('2.9.9', '2.13') || atLeast('2', '2.13'));
});

test('releases of iproute2 by number and by day', (t) => {
  t.true(iprouteSuffices('iproute2-5.15.0'));
  t.true(iprouteSuffices('iproute2-ss180129'));
  t.false(iprouteSuffices('iproute2-ss170501'));
  t.false(iprouteSuffices('iproute2-4.9.0'));
  t.is(iprouteSuffices('busybox'), undefined);
});

test('addresses in subnets', (t) => {
  const subnet = { address: '192.168.41.127', prefixLength: 22, family: 'inet' } as const;
  t.true(inSubnet('192.168.40.254', subnet));
  t.false(inSubnet('192.168.44.1', subnet));
  t.false(inSubnet('fe80::1', subnet));
  t.deepEqual(parseSubnet('2001:db8::/64'), { address: '2001:db8::', prefixLength: 64, family: 'inet6' });
  t.is(parseSubnet('192.168.0.0'), undefined);
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer(), (ip, address, prefixLength) => {
      t.notThrows(() => inSubnet(ip, { address, prefixLength, family: 'inet' }));
      t.notThrows(() => parseSubnet(ip));
      t.notThrows(() => [ovsRelease(ip), iprouteSuffices(ip)]);
    }),
  );
});
