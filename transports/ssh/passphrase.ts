/** The terminal that a passphrase is asked on: one that is no terminal is not asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Gives the passphrase of an encrypted key: DPU_DOCTOR_SSH_PASSPHRASE from the environment, else what is typed on
 * the terminal, without an echo and once for each file; undefined where there is neither.
 */
export function passphraseFrom(
  env: Readonly<Record<string, string | undefined>>,
  { input, output }: Terminal,
): (file: string) => Promise<string | undefined> {
  const asked = new Map<string, Promise<string | undefined>>();
  // One question at a time, however many nodes are being connected to.
  let last: Promise<unknown> = Promise.resolve();
  return (file) => {
    const given = env['DPU_DOCTOR_SSH_PASSPHRASE'];
    if (given !== undefined) return Promise.resolve(given);
    if (input.isTTY !== true) return Promise.resolve(undefined);
    let answer = asked.get(file);
    if (answer === undefined) {
      answer = last.then(() => askFor(file, { input, output }));
      asked.set(file, answer);
      last = answer;
    }
    return answer;
  };
}

async function askFor(file: string, { input, output }: Terminal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline');
  const { Writable } = await import('node:stream');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  output.write(`Passphrase of ${JSON.stringify(file)}: `);
  return new Promise((resolve) => {
    let typed: string | undefined;
    lines.once('line', (line) => {
      typed = line;
      lines.close();
    });
    lines.once('SIGINT', () => {
      lines.close();
      process.kill(process.pid, 'SIGINT');
    });
    lines.once('close', () => {
      output.write('\n');
      resolve(typed);
    });
  });
}
