/** Which half of a host and DPU pair the machine plays. */
export type Profile = 'dpu-host' | 'dpu';

export interface UpOptions {
  /** Also the machine's host name. */
  name: string;
  profile?: Profile;
  /** The Kubernetes name of the host that a DPU serves. */
  hostNode?: string;
  progress?: (line: string) => void;
}

export interface SshTarget {
  address: string;
  port: number;
  user: string;
  identityFile: string;
  knownHostsFile: string;
}

export interface ExecOptions {
  timeoutMs?: number;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface Vm {
  name: string;
  profile: Profile;
  ssh: SshTarget;
  /** YAML as dpu-doctor reads it, with this machine as its only node. */
  inventoryFile: string;
  /** A list is one command, quoted; a string is a script for `sh -s`. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  down(): Promise<void>;
}
