import test from 'ava';
import fc from 'fast-check';
import { KubernetesError } from '../../kubernetes/error.ts';
import { kubectlRefusal } from '../../kubernetes/kubectl.ts';

const code = (stderr: string): string | number => {
  try {
    return kubectlRefusal(stderr, '/api/v1/pods').status;
  } catch (error) {
    if (error instanceof KubernetesError) return error.code;
    throw error;
  }
};

/* Recorded from kubectl v1.32.4 against an API server v1.20.2. */
for (const [said, wanted] of [
  [
    'Error from server (Forbidden): nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
    403,
  ],
  ['Error from server (NotFound): the server could not find the requested resource', 404],
  [
    "Error from server (BadRequest): invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
    400,
  ],
  ['error: stat /nope: no such file or directory', 'kubeconfig-missing'],
  ['error: context "nope" does not exist', 'no-context'],
  [
    'error: error loading config file "/tmp/bad": yaml: line 1: did not find expected node content',
    'kubeconfig-unusable',
  ],
  [
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    'kubeconfig-missing',
  ],
  [
    'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    'unreachable',
  ],
  [
    'Unable to connect to the server: dial tcp: lookup nohost.invalid on 192.0.2.53:53: no such host',
    'unreachable',
  ],
  [
    'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'certificate',
  ],
  ['error: You must be logged in to the server (Unauthorized)', 401],
  // Written after kubectl's source, not recorded.
  ['Error from server (Expired): The provided continue parameter is too old', 410],
  ['Error from server (TooManyRequests): the server is currently unable to handle the request', 429],
  ['Error from server: etcdserver: request timed out', 500],
  ['Unable to connect to the server: net/http: TLS handshake timeout', 'timeout'],
  ['Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout', 'timeout'],
  ['Unable to connect to the server: getting credentials: exec: executable aws not found', 'credentials'],
  ['', 'unexpected'],
] as const) {
  test(`kubectl says: ${said}`, (t) => t.is(code(`${said}\n`), wanted));
}

test('the words of the server come along', (t) => {
  const { body } = kubectlRefusal(
    'Error from server (Forbidden): pods is forbidden: User "x" may not\n',
    '/p',
  );
  t.deepEqual(JSON.parse(body), { message: 'pods is forbidden: User "x" may not' });
});

test('whatever it says, it is a status or an error of Kubernetes', (t) => {
  const words = fc.constantFrom('Error from server', ' (', 'Forbidden', '): ', 'x509:', '\n', 'error: stat ');
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ unit: 'binary' }))), (parts) => {
      code(parts.join(''));
      t.pass();
    }),
  );
});
