/** How SSH targets are reached, for all of them; what is absent is as OpenSSH has it. */
export interface SshOptions {
  /** In place of ~/.ssh/config and /etc/ssh/ssh_config, as with `ssh -F`. */
  readonly configFile?: string;
  /** A private key to try first, as with `ssh -i`; of jump hosts too. */
  readonly identityFile?: string;
  /** In place of the user's and the machine's known_hosts files. */
  readonly knownHostsFile?: string;
  /**
   * Host keys are verified, whatever StrictHostKeyChecking says in a configuration file, unless this is set.
   * Then anybody who stands in between can read and forge what a node answers.
   */
  readonly insecure?: 'accept-any-host-key';
  /** For each connection, up to the login, in milliseconds. */
  readonly connectTimeout?: number;
  /** Asks for the passphrase of an encrypted key; undefined where there is nobody to ask. */
  readonly passphrase?: (file: string) => Promise<string | undefined>;
  /** HOME and SSH_AUTH_SOCK are taken from here; the process's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}
