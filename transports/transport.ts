/** One way to a node: runs a POSIX shell script there and streams what it prints. */
export interface Transport {
  /** `local:`, `ssh://user@host:22`, `container://docker/dpu-worker` … */
  readonly uri: string;
  /**
   * Gives the script to `sh` on its standard input. A non-zero exit code is data. Rejects only with a
   * {@link TransportError}. Aborting the signal ends the command and resolves with what is known.
   */
  run(script: string, options: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** The command has been started and the script is on its way. */
  readonly onSent?: () => void;
}

export interface RunResult {
  /** `undefined` when the command was ended by a signal or by the abort. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export type TransportErrorCode =
  | 'unreachable'
  | 'refused'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'auth-failed'
  | 'key-unusable'
  | 'channel-refused'
  | 'timeout'
  | 'closed'
  | 'no-shell'
  | 'no-such-container'
  | 'missing-program'
  | 'not-recorded'
  | 'configuration'
  | 'interrupted';

/** The way to the node is broken; says which link of it and what to do. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;
  readonly hint: string;

  constructor(code: TransportErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
