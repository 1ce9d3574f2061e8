import type { ExecPod } from '../facts/derived/cluster/exec-pod.ts';

/** How to reach a node over SSH. What is absent is taken from the SSH configuration, else from OpenSSH's defaults. */
export interface SshSettings {
  /** Host name or address, or an alias of the SSH configuration. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
  /** user@host:port of a jump host; several with commas. */
  readonly proxyJump?: string;
}

/** Which way leads to a node. */
export type Access =
  | { readonly kind: 'local' }
  | { readonly kind: 'ssh'; readonly ssh: SshSettings }
  | { readonly kind: 'container'; readonly engine: 'docker' | 'podman'; readonly container: string }
  | RecordedAccess
  | PodAccess;

/** What a node said once. */
export interface RecordedAccess {
  readonly kind: 'recorded';
  readonly file: string;
}

/** A node through a pod that is on it already. */
export interface PodAccess {
  readonly kind: 'pod';
  /** Whose API opens the way. */
  readonly cluster: { readonly kubeconfig?: string; readonly context?: string };
  readonly node: string;
  /** Absent: there is none that will do, which is told when the node is asked. */
  readonly pod?: ExecPod;
  /** Why there is none, where it is not that no pod will do. */
  readonly why?: string;
}
