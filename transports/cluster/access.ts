import type { ClusterRead } from '../../facts/cluster/fact.ts';
import type { FactFailure } from '../../facts/fact.ts';
import type { SshSettings } from '../access.ts';

/** A cluster to examine, as the inventory or the command line names it. */
export interface ClusterTarget {
  /** Absent: the context's name. */
  readonly name?: string;
  /** A file; absent: that of kubectl, or the service account of the pod that this runs in. */
  readonly kubeconfig?: string;
  /** Absent: the kubeconfig's current one. */
  readonly context?: string;
  /** Ask by `kubectl get --raw` with this program, rather than with what the kubeconfig holds. */
  readonly kubectl?: string;
  /** The machine on which kubectl runs and has its kubeconfig; absent: this one. */
  readonly via?: SshSettings;
}

/** What one read brought: the objects as the server gave them, or why there are none. */
export type ReadOutcome =
  | {
      readonly ok: true;
      readonly objects: readonly unknown[];
      /** The API server's clock when it answered, in milliseconds since 1970; absent where the way does not tell. */
      readonly at?: number;
    }
  | { readonly ok: false; readonly failure: FactFailure };

/** A cluster that can be asked, whatever the way. */
export interface ClusterAccess {
  readonly name: string;
  /** The API server's URL, without credentials. */
  readonly uri: string;
  /**
   * Does all reads, several at a time; each gets exactly one outcome.
   *
   * @throws {KubernetesError} where the cluster gave no answer at all.
   */
  ask(
    reads: readonly ClusterRead[],
    options: { readonly signal: AbortSignal },
  ): Promise<ReadonlyMap<ClusterRead, ReadOutcome>>;
  close(): void;
}
