export type KubernetesErrorCode =
  /** No kubeconfig was named or found, or the one named is not there. */
  | 'kubeconfig-missing'
  | 'kubeconfig-unusable'
  | 'no-context'
  /** No credentials could be had from an exec plugin or a file. */
  | 'credentials'
  | 'unreachable'
  | 'timeout'
  /** The server's certificate is not one to trust, or the server takes ours for none. */
  | 'certificate'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  /** There already is an object of that name, or it is another one than was meant. */
  | 'conflict'
  /** Admission refused an object: a quota, a policy, a webhook, or what the API does not take for valid. */
  | 'refused'
  /** 429 or 5xx, however often it was asked. */
  | 'unavailable'
  | 'unexpected'
  | 'interrupted';

/** The API could not be read; says why and what to do. */
export class KubernetesError extends Error {
  readonly code: KubernetesErrorCode;
  readonly hint: string;
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined;

  constructor(code: KubernetesErrorCode, message: string, hint: string, status?: number) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

/** The first line of what an error says, cut to what a line of a report can hold. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.trim().split('\n')[0] ?? '').slice(0, 300);
}
