import type { Answer } from './connection.ts';
import { firstLine, KubernetesError } from './error.ts';

/** Statuses by the reason that kubectl names (k8s.io/apimachinery, pkg/apis/meta/v1/types.go, StatusReason). */
const STATUSES: Readonly<Record<string, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Gone: 410,
  Expired: 410,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 504,
};

/** The words that came with each were kubectl v1.32's, but for those marked. */
const COMPLAINTS: readonly {
  readonly pattern: RegExp;
  readonly code: ConstructorParameters<typeof KubernetesError>[0];
  readonly hint: string;
}[] = [
  {
    // Where it has no kubeconfig, kubectl asks the unencrypted port that no API server has any more.
    pattern: /The connection to the server localhost:8080 was refused/,
    code: 'kubeconfig-missing',
    hint: 'kubectl has no kubeconfig there: name one with --kubeconfig, or log in as who has one',
  },
  {
    pattern: /^error: stat .*: no such file or directory/m,
    code: 'kubeconfig-missing',
    hint: 'name a kubeconfig that is there, with --kubeconfig',
  },
  {
    // The second form is that of older ones.
    pattern: /^error: context ".*" does not exist|context was not found for specified context/m,
    code: 'no-context',
    hint: 'choose one with --context; kubectl config get-contexts shows them',
  },
  {
    pattern: /error loading config file|invalid configuration/i,
    code: 'kubeconfig-unusable',
    hint: 'look at it with: kubectl config view',
  },
  {
    pattern: /getting credentials|exec plugin/,
    code: 'credentials',
    hint: 'try the same there with: kubectl get nodes',
  },
  {
    pattern: /Client\.Timeout|context deadline exceeded|i\/o timeout|TLS handshake timeout/,
    code: 'timeout',
    hint: 'try again with a longer --timeout',
  },
  {
    pattern: /x509:|tls:|certificate/,
    code: 'certificate',
    hint: "compare the kubeconfig's certificate authority and server with the cluster's",
  },
  {
    pattern: /The connection to the server .* was refused|Unable to connect to the server/,
    code: 'unreachable',
    hint: 'is the API server running, and is that the right address? Try there: kubectl cluster-info',
  },
];

/**
 * What the server answered, by what `kubectl get --raw` says of it on standard error when it fails.
 *
 * @throws {KubernetesError} where it tells of no answer.
 */
export function kubectlRefusal(stderr: string, path: string): Answer {
  const said = stderr.trim();
  const [, reason = '', message = ''] = /Error from server(?: \((\w+)\))?: ([^\n]*)/.exec(said) ?? [];
  const status = /must be logged in to the server/.test(said) ? 401 : STATUSES[reason];
  // Server errors without a reason that is known, such as those of etcd behind it.
  const told = status ?? (/Error from server/.test(said) ? 500 : undefined);
  if (told !== undefined)
    return {
      status: told,
      body: JSON.stringify({ message: message || firstLine(said) }),
      retryAfter: undefined,
      at: undefined,
    };
  const known = COMPLAINTS.find(({ pattern }) => pattern.test(said));
  const words = firstLine(said) || 'it said nothing';
  if (known !== undefined) throw new KubernetesError(known.code, `kubectl: ${words}`, known.hint);
  throw new KubernetesError(
    'unexpected',
    `${path}: kubectl failed: ${words}`,
    `try it there: kubectl get --raw '${path}'`,
  );
}
