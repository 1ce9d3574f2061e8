import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Testbed, testbeds } from './testbeds.ts';

const COMMANDS = ['up', 'down', 'status', 'build'];

const usage = () =>
  [
    'usage: npm run lab -- up|down|status|build [testbed] [--name NAME] [--state-dir DIR] [options of the testbed]',
    '',
    ...testbeds.flatMap(({ name, usage }) => [`${name}`, ...usage.map((line) => `  ${line}`)]),
    '',
  ].join('\n');

const { values, positionals, tokens } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    name: { type: 'string' },
    'state-dir': { type: 'string' },
  },
  allowPositionals: true,
  strict: false,
  tokens: true,
});

// What only the testbed knows is handed on as it stands.
const args = tokens.flatMap((token) => {
  if (token.kind !== 'option' || ['help', 'name', 'state-dir'].includes(token.name)) return [];
  return token.inlineValue ? [`${token.rawName}=${token.value}`] : [token.rawName];
});

const [command = '', wanted] = positionals;
const chosen = testbeds.filter(({ name }) => wanted === undefined || name === wanted);
if (values['help']) {
  process.stdout.write(usage());
} else if (!COMMANDS.includes(command) || chosen.length === 0) {
  process.stderr.write(usage());
  process.exitCode = 2;
} else {
  try {
    // Without a name, `up` means the first testbed; the others mean them all.
    for (const testbed of command === 'up' ? chosen.slice(0, 1) : chosen) await perform(command, testbed);
  } catch (error) {
    if (!isMistyped(error)) throw error;
    process.stderr.write(`${error.message}\n\n${usage()}`);
    process.exitCode = 2;
  }
}

/** Errors of parseArgs, of the testbed's own options. */
function isMistyped(error: unknown): error is Error {
  return error instanceof Error && /^ERR_PARSE_ARGS_/.test((error as NodeJS.ErrnoException).code ?? '');
}

async function perform(command: string, testbed: Testbed): Promise<void> {
  const stateDir = values['state-dir'];
  const request = {
    name: typeof values['name'] === 'string' ? values['name'] : testbed.name,
    ...(typeof stateDir === 'string' ? { stateDir } : {}),
    args,
  };
  if (command === 'up') {
    process.stdout.write(await testbed.up(request));
  } else if (command === 'build') {
    process.stdout.write((await testbed.build?.()) ?? '');
  } else if (command === 'down') {
    await testbed.down(request);
  } else {
    process.stdout.write((await testbed.status(request)) ?? `${request.name}: not up\n`);
  }
}
