import { apiEvidence, type ClusterRead, resourceOf } from '../../facts/cluster/fact.ts';
import type { FactFailure } from '../../facts/fact.ts';
import type { KubernetesError, KubernetesErrorCode } from '../../kubernetes/error.ts';

const CODES: Partial<Record<KubernetesErrorCode, FactFailure['code']>> = {
  forbidden: 'permission',
  'not-found': 'not-found',
  timeout: 'timeout',
  interrupted: 'interrupted',
  unexpected: 'unparsable',
};

/** Why one read brought nothing, in the words of facts. */
export function readFailure(read: ClusterRead, error: KubernetesError): FactFailure {
  const evidence = apiEvidence(read, error.message);
  const code = CODES[error.code] ?? 'unreachable';
  const { message, hint } = error.code === 'forbidden' ? forbidden(read) : error;
  return { code, message, ...(hint === '' ? {} : { hint }), evidence };
}

function forbidden(read: ClusterRead): { readonly message: string; readonly hint: string } {
  const verb = read.single ? 'get' : 'list';
  const resource = resourceOf(read);
  const where = read.single ? '' : ' --all-namespaces';
  return {
    message: `may not ${verb} ${resource}: the user of the kubeconfig needs the verb ${verb} on ${resource}`,
    hint: `Grant it by a ClusterRole and a ClusterRoleBinding; kubectl auth can-i ${verb} ${resource}${where} shows when it is there.`,
  };
}

/** Codes of an error that one read may have while the others have none. */
const OF_ONE_READ: readonly KubernetesErrorCode[] = ['forbidden', 'not-found', 'unexpected'];

/** Whether the API answered, though not with what was asked for. */
export const isAnswer = ({ code }: KubernetesError): boolean => OF_ONE_READ.includes(code);
