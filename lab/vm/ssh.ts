import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ExecOptions, ExecResult, SshTarget } from './types.ts';

function sshArguments(target: SshTarget): string[] {
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '20',
    ControlMaster: 'auto',
    ControlPath: join(dirname(target.identityFile), 'mux'),
    // One handshake for all commands: in an emulated machine it is the largest cost.
    ControlPersist: '600',
    IdentitiesOnly: 'yes',
    LogLevel: 'ERROR',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: target.knownHostsFile,
  };
  return [
    ...['-F', 'none', '-i', target.identityFile, '-p', String(target.port)],
    ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
    `${target.user}@${target.address}`,
  ];
}

export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export async function sshExec(
  target: SshTarget,
  command: string | readonly string[],
  { timeoutMs = 60_000 }: ExecOptions = {},
): Promise<ExecResult> {
  const isScript = typeof command === 'string';
  const remote = isScript ? 'sh -s' : command.map(quote).join(' ');
  const result = await execa('ssh', [...sshArguments(target), remote], {
    input: isScript ? command : '',
    reject: false,
    stripFinalNewline: false,
    timeout: timeoutMs,
  });
  if (result.exitCode === undefined) throw new Error(result.shortMessage);
  if (result.exitCode === 255 && result.stdout === '') throw new Error(`ssh: ${result.stderr.trim()}`);
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Ends the shared connection, and with it the process that holds it. */
export async function sshClose(target: SshTarget): Promise<void> {
  await execa('ssh', ['-O', 'exit', ...sshArguments(target)], { reject: false, stdin: 'ignore' });
}
