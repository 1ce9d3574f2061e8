import { execa } from 'execa';
import type { ExecOptions, ExecResult, SshTarget } from './types.ts';

function sshArguments(target: SshTarget): string[] {
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '20',
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

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A connection for each command: a shared one would keep a command's pipes open after its end. */
export async function sshExec(
  target: SshTarget,
  command: string | readonly string[],
  { timeoutMs = 60_000 }: ExecOptions = {},
): Promise<ExecResult> {
  const isScript = typeof command === 'string';
  const remote = isScript ? ['sh', '-s'] : command.map(quote);
  // What is given up on here must not run on over there.
  const bounded = ['timeout', '-k', '2', String(Math.ceil(timeoutMs / 1000)), ...remote].join(' ');
  const result = await execa('ssh', [...sshArguments(target), bounded], {
    input: isScript ? command : '',
    reject: false,
    stripFinalNewline: false,
    timeout: timeoutMs + 5000,
  });
  if (result.exitCode === undefined) throw new Error(result.shortMessage);
  if (result.exitCode === 124) throw new Error(`not done within ${timeoutMs / 1000} s`);
  if (result.exitCode === 255 && result.stdout === '') throw new Error(`ssh: ${result.stderr.trim()}`);
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
