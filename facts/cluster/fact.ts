import { type Evidence, FactError, type FactFailure, type Outcome } from '../fact.ts';

/** One read of a cluster's API. Nothing but GET is ever asked, and secrets never. */
export interface ClusterRead {
  /** Such as `/api/v1/nodes`: of a list, all namespaces and all pages together. */
  readonly path: string;
  /** The answer is one object, not a list. */
  readonly single?: true;
  /** Only objects of which this is true, such as `type!=Normal`; a way that can't choose may bring others, too. */
  readonly fieldSelector?: string;
  /** Not a list: the ends of logs of containers, chosen from another read; the answer is {@link LogAnswer}s. */
  readonly logs?: {
    readonly of: ClusterRead;
    /** Pure, and total. */
    choose(objects: readonly unknown[]): readonly LogRead[];
  };
  /** What the API does not know (404, such as a kind whose definition is not installed) is not a failure. */
  readonly optional?: true;
}

/** One read of the end of a container's log. */
export interface LogRead {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the container that ran before this one. */
  readonly previous: boolean;
}

/** What a read of a log brought. */
export interface LogAnswer extends LogRead {
  /** Absent where it could not be read. */
  readonly text?: string;
  /** Why it could not be read; `permission` where RBAC forbids it. */
  readonly failure?: Pick<FactFailure, 'code' | 'message'>;
}

type Lists = Readonly<Record<string, ClusterRead>>;

/** The objects of each list as the server gave them; undefined where an optional one is not known to the API. */
export type ClusterAnswers<L extends Lists> = {
  readonly [Label in keyof L]: L[Label] extends { readonly optional: true }
    ? readonly unknown[] | undefined
    : readonly unknown[];
};

/** The API server's clock when each list was answered, in milliseconds since 1970; undefined where nothing told it. */
export type ReadTimes<L extends Lists> = { readonly [Label in keyof L]?: number | undefined };

/** A subject that is read from a cluster by one list of each kind, however many nodes there are. */
export interface ClusterFact<Value = unknown, L extends Lists = Lists> {
  readonly title: string;
  readonly lists: L;
  /** Pure, and total: an object of any shape is left out or read in part. Keeps only what checks need. */
  parse(answers: ClusterAnswers<L>, at: ReadTimes<L>): Value;
}

export function defineClusterFact<const L extends Lists, Value>(
  fact: ClusterFact<Value, L>,
): ClusterFact<Value, L> {
  return fact;
}

/** Runs a fact's parse; total. */
export function parseClusterFact(
  fact: ClusterFact,
  answers: ClusterAnswers<Lists>,
  at: ReadTimes<Lists> = {},
): Outcome<unknown> {
  try {
    return { ok: true, value: fact.parse(answers, at) };
  } catch (error) {
    if (error instanceof FactError) return { ok: false, failure: error.failure };
    const detail = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      failure: { code: 'unparsable', message: `${fact.title}: the objects can't be read: ${detail}` },
    };
  }
}

/** The command that shows a reader the same. */
export const readCommand = ({ path, fieldSelector, logs }: ClusterRead): string => {
  if (logs !== undefined) return 'kubectl logs --previous --tail=200 <pod> -c <container>';
  return fieldSelector === undefined
    ? `kubectl get --raw ${path}`
    : `kubectl get --raw '${path}?fieldSelector=${encodeURIComponent(fieldSelector)}'`;
};

/** The command that shows a reader the same log. */
export const logCommand = ({ namespace, pod, container, previous }: LogRead): string =>
  `kubectl -n ${namespace} logs ${pod} -c ${container}${previous ? ' --previous' : ''} --tail=200`;

/** A read of the API, and what it said. */
export const apiEvidence = (read: ClusterRead, said: string): Evidence => ({
  source: readCommand(read),
  said,
});

/** `pods` of /api/v1/pods, `daemonsets.apps` of /apis/apps/v1/daemonsets: as kubectl and RBAC's messages name it. */
export function resourceOf({ path }: ClusterRead): string {
  const [, group, resource] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/([^/]+)$/.exec(path) ?? [];
  if (resource === undefined) return path;
  return group === undefined ? resource : `${resource}.${group}`;
}
