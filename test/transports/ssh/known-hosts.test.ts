import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import {
  hostKeyAlgorithms,
  judgeHostKey,
  lookupHost,
  readHostKey,
} from '../../../transports/ssh/known-hosts.ts';
import { hasProgram } from '../../helpers/sshd.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

const { generateKeyPairSync, parseKey } = ssh2.utils;

interface TestKey {
  readonly line: string;
  readonly wire: Buffer;
}

/** ssh2 now and then writes a key that it can't read itself; such a one is thrown away. */
function made(generate: () => { readonly public: string }): TestKey {
  for (;;) {
    const { public: text } = generate();
    const parsed = parseKey(text);
    const [type, base64] = text.split(' ');
    if (!(parsed instanceof Error)) return { line: `${type} ${base64}`, wire: parsed.getPublicSSH() };
  }
}

const ED25519 = made(() => generateKeyPairSync('ed25519'));
const OTHER = made(() => generateKeyPairSync('ed25519'));
const ECDSA = made(() => generateKeyPairSync('ecdsa', { bits: 256 }));

function judge(t: ExecutionContext, text: string, offered: TestKey, host = 'node1', port = 22) {
  const file = join(temporaryDirectory(t), 'known_hosts');
  writeFileSync(file, text);
  const known = lookupHost([file, '/nonexistent'], host, port);
  return { known, verdict: judgeHostKey(known, readHostKey(offered.wire)), file };
}

test('a key is known by name, list, pattern, in any case', (t) => {
  for (const names of ['node1', 'other,node1', 'node*', '*,!node2', 'NODE1']) {
    const { verdict, file } = judge(t, `# comment\n\n${names} ${ED25519.line} a comment\n`, ED25519);
    t.deepEqual(verdict, { kind: 'known', place: `${file}:3` }, names);
  }
  t.is(judge(t, `node1 ${ED25519.line}\n`, ED25519, 'Node1').verdict.kind, 'known');
});

test('a key of another host is unknown', (t) => {
  for (const names of ['node2', '*,!node1', 'node1.example.org', '[node1]:2222', 'node']) {
    t.is(judge(t, `${names} ${ED25519.line}\n`, ED25519).verdict.kind, 'unknown', names);
  }
});

test('another key of the same type is a changed key, and its line is named', (t) => {
  const { verdict, file } = judge(t, `x ${ED25519.line}\nnode1 ${OTHER.line}\n`, ED25519);
  t.deepEqual(verdict, { kind: 'changed', place: `${file}:2` });
});

test('one of several keys is enough', (t) => {
  t.is(judge(t, `node1 ${OTHER.line}\nnode1 ${ED25519.line}\n`, ED25519).verdict.kind, 'known');
});

test('a key of a type that is not known is unknown, not changed', (t) => {
  t.is(judge(t, `node1 ${ECDSA.line}\n`, ED25519).verdict.kind, 'unknown');
});

test('known types are asked for first', (t) => {
  t.is(hostKeyAlgorithms(judge(t, '', ED25519).known)[0], 'ssh-ed25519');
  t.is(hostKeyAlgorithms(judge(t, `node1 ${ECDSA.line}\n`, ED25519).known)[0], 'ecdsa-sha2-nistp256');
  const rsa = hostKeyAlgorithms(judge(t, 'node1 ssh-rsa AAAA\nnode1 ssh-dss AAAA\n', ED25519).known);
  t.deepEqual(rsa.slice(0, 2), ['rsa-sha2-512', 'rsa-sha2-256']);
  t.is(new Set(rsa).size, rsa.length);
  t.true(rsa.includes('ssh-ed25519'));
});

test('another port is another host; a key of the host without a port confirms and never contradicts', (t) => {
  t.is(judge(t, `[node1]:2222 ${ED25519.line}\n`, ED25519, 'node1', 2222).verdict.kind, 'known');
  t.is(judge(t, `node1 ${ED25519.line}\n`, ED25519, 'node1', 2222).verdict.kind, 'known');
  t.is(judge(t, `node1 ${OTHER.line}\n`, ED25519, 'node1', 2222).verdict.kind, 'unknown');
  t.is(
    judge(t, `[node1]:2222 ${OTHER.line}\nnode1 ${ED25519.line}\n`, OTHER, 'node1', 2222).verdict.kind,
    'known',
  );
});

test('a revoked key is refused, even where it is known', (t) => {
  const { verdict, file } = judge(t, `node1 ${ED25519.line}\n@revoked * ${ED25519.line}\n`, ED25519);
  t.deepEqual(verdict, { kind: 'revoked', place: `${file}:2` });
  t.is(judge(t, `node1 ${ED25519.line}\n@revoked * ${OTHER.line}\n`, ED25519).verdict.kind, 'known');
});

test('the key of a certificate authority is no host key, and is told', (t) => {
  const { known, verdict, file } = judge(t, `@cert-authority *1 ${ED25519.line}\n`, ED25519);
  t.is(verdict.kind, 'unknown');
  t.deepEqual(known.authorities, [`${file}:1`]);
});

(hasProgram('ssh-keygen') ? test : test.skip)(
  'hashed names and fingerprints are those of ssh-keygen',
  (t) => {
    const file = join(temporaryDirectory(t), 'known_hosts');
    writeFileSync(file, `node1 ${ED25519.line}\n[node1]:2222 ${OTHER.line}\n`);
    const keygen = spawnSync('ssh-keygen', ['-H', '-f', file]);
    t.is(keygen.status, 0, String(keygen.stderr));
    t.is(judgeHostKey(lookupHost([file], 'node1', 22), readHostKey(ED25519.wire)).kind, 'known');
    t.is(judgeHostKey(lookupHost([file], 'node1', 2222), readHostKey(OTHER.wire)).kind, 'known');
    t.is(judgeHostKey(lookupHost([file], 'node2', 22), readHostKey(ED25519.wire)).kind, 'unknown');
    const { fingerprint } = readHostKey(ED25519.wire);
    const shown = spawnSync('ssh-keygen', ['-l', '-f', '-'], { input: ED25519.line });
    t.true(String(shown.stdout).includes(fingerprint), `${shown.stdout} ${fingerprint}`);
  },
);

test('any file is read without an exception, and no garbage makes a key known', (t) => {
  const file = join(temporaryDirectory(t), 'known_hosts');
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '|1|x|y ssh-ed25519 AAAA',
      '|1|',
      '@revoked',
      'node1',
      'node1 ssh-ed25519',
      '@cert-authority * x y',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.uint8Array({ maxLength: 30 }), (lines, wire) => {
      writeFileSync(file, lines.join('\n'));
      const known = lookupHost([file], 'node1', 22);
      hostKeyAlgorithms(known);
      return judgeHostKey(known, readHostKey(Buffer.from(wire))).kind !== 'known';
    }),
    { numRuns: 60 },
  );
  t.pass();
});
