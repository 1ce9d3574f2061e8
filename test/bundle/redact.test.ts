import test from 'ava';
import fc from 'fast-check';
import { redact } from '../../bundle/redact.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';

// All secrets here are made up.
for (const [text, redacted] of [
  ['ovnkube --k8s-token=abc.def --nodes n', 'ovnkube --k8s-token=[redacted] --nodes n'],
  ['kubelet\0--bootstrap-token\0abc\0--v\x002', 'kubelet\0--bootstrap-token\0[redacted]\0--v\x002'],
  ['ovnkube\n--k8s-token\nabc\n--nodes\nn', 'ovnkube\n--k8s-token\n[redacted]\n--nodes\nn'],
  ['K8S_TOKEN=abc\0PATH=/bin', 'K8S_TOKEN=[redacted]\0PATH=/bin'],
  ['password: "with blank"', 'password: [redacted]'],
  ['{"client-key-data": "LS0t", "name": "n"}', '{"client-key-data": [redacted], "name": "n"}'],
  ['options: {psk=swordfish, remote_ip="192.0.2.1"}', 'options: {psk=[redacted], remote_ip="192.0.2.1"}'],
  [
    '["map",[["psk","swordfish"],["remote_ip","192.0.2.1"]]]',
    '["map",[["psk","[redacted]"],["remote_ip","192.0.2.1"]]]',
  ],
  ['http://user:pass@192.0.2.1:8080/', 'http://user:[redacted]@192.0.2.1:8080/'],
  ['Authorization: Bearer abcdefgh1234', 'Authorization: Bearer [redacted]'],
  ['x eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln y', 'x [redacted] y'],
  [
    'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb',
    'a\n-----BEGIN RSA PRIVATE KEY----- [redacted]\nb',
  ],
  ['-----BEGIN EC PRIVATE KEY-----\ncut off', '-----BEGIN EC PRIVATE KEY----- [redacted]'],
] as const) {
  test(`taken out: ${JSON.stringify(text.slice(0, 50))}`, (t) => {
    t.is(redact(text), redacted);
  });
}

for (const text of [
  'ovnkube --nb-client-privkey /ovn-cert/ovn-privkey.pem --nb-client-cacert /ovn-ca/ca-bundle.crt',
  'token bucket filter',
  'serviceaccount-token',
  'tcp:192.0.2.1:6641,tcp:192.0.2.2:6641',
  'ovn-remote="ssl:192.0.2.1:6642"',
  '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
  'recirc_id(0),in_port(2),eth(src=0a:58:0a:f4:00:05),packets:9, bytes:756, used:0.5s',
]) {
  test(`left alone: ${text.slice(0, 50)}`, (t) => {
    t.is(redact(text), text);
  });
}

test('what was taken out stays taken out', (t) => {
  const words = fc.constantFrom(
    'token',
    '=',
    ':',
    ' ',
    '--password',
    '"',
    'abc',
    '\0',
    '\n',
    'eyJabcdefghi.abcdef.x',
    '://',
    '@',
    'a',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      const once = redact(parts.join(''));
      return redact(once).length < once.length * 2 + 20;
    }),
  );
  t.false(redact('token=secretvalue and token=secretvalue').includes('secretvalue'));
});

test('no text takes long', (t) => {
  const spent = cpuClock();
  for (const piece of [
    'a',
    'a.',
    'eyJ-',
    '-----BEGIN A PRIVATE KEY-----',
    '--token ',
    'http://',
    'token="',
    '-',
    'Bearer ',
  ])
    redact(piece.repeat(200_000 / piece.length));
  t.true(spent() < 5000);
});
