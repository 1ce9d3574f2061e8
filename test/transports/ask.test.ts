import test from 'ava';
import { command, files, shell } from '../../facts/sources.ts';
import { ask, MAX_NODE_BYTES, MAX_SOURCE_BYTES } from '../../transports/ask.ts';
import { localTransport } from '../../transports/local.ts';
import { TransportError } from '../../transports/transport.ts';
import { said, speaking, unhurried, untilAborted } from '../helpers/asking.ts';

const ONE = command(['echo', 'one']);
const TWO = command(['echo', 'two']);
const HANGING = command(['sleep', '600']);
const ENDLESS = command(['yes']);

const failure = async (promise: Promise<unknown>): Promise<TransportError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TransportError) return error;
  throw new Error(`a TransportError was expected, not ${String(error)}`);
};

test('a node answers every source', async (t) => {
  const outcomes = await ask(localTransport(), [ONE, TWO], unhurried());
  t.is(said(outcomes, ONE), 'one\n');
  t.is(said(outcomes, TWO), 'two\n');
});

test('an answer is told when both streams are done with it, before the others are there', async (t) => {
  const told: (readonly [unknown, unknown])[] = [];
  const transport = speaking(({ onStdout, onStderr }, mark) => {
    const both = (text: string): void => {
      onStdout(Buffer.from(text.replaceAll('MARK', mark)));
      onStderr(Buffer.from(text.replaceAll('MARK', mark)));
    };
    both('\nMARK H 7\n\nMARK B 0\n');
    onStdout(Buffer.from(`one\n\n${mark} E 0 0\n\n${mark} D 0\n`));
    t.deepEqual(told, []);
    onStderr(Buffer.from(`why\n\n${mark} E 0 0\n\n${mark} D 0\n`));
    t.deepEqual(told, [[ONE, [{ path: '', exitCode: 0, stdout: 'one\n', stderr: 'why\n' }]]]);
    both('\nMARK B 1\n\nMARK E 1 3\n\nMARK D 1\n\nMARK Z\n');
    return { exitCode: 0, signal: undefined };
  });
  const outcomes = await ask(
    transport,
    [ONE, TWO],
    unhurried({ onAnswer: (source, answer) => told.push([source, answer.ok && answer.parts]) }),
  );
  t.is(told.length, 2);
  t.deepEqual(
    told.map(([source]) => source),
    [...outcomes.keys()],
  );
});

test('asking for nothing runs nothing', async (t) => {
  const transport = speaking(() => {
    throw new Error('it was run');
  });
  t.is((await ask(transport, [], unhurried())).size, 0);
});

test('a source that hangs is given up and the others are asked without it', async (t) => {
  const outcomes = await ask(localTransport(), [ONE, HANGING, TWO], unhurried({ sourceTimeout: 4000 }));
  t.is(said(outcomes, ONE), 'one\n');
  t.is(said(outcomes, HANGING), 'timeout');
  t.is(said(outcomes, TWO), 'two\n');
});

test('a program that hangs again and again costs the sources of other programs nothing', async (t) => {
  const again = command(['sleep', '601']);
  const within = shell('sleep within', 'sleep 602', ['sleep']);
  const outcomes = await ask(
    localTransport(),
    [HANGING, again, within, ONE],
    unhurried({ timeout: 8000, sourceTimeout: 4000 }),
  );
  t.is(said(outcomes, ONE), 'one\n');
  t.deepEqual(
    [HANGING, again, within].map((source) => said(outcomes, source)),
    ['timeout', 'timeout', 'timeout'],
  );
});

test('a source that never stops printing is given up and the others are asked without it', async (t) => {
  const outcomes = await ask(localTransport(), [ONE, ENDLESS, TWO], unhurried());
  t.is(said(outcomes, ENDLESS), 'too-much-output');
  t.is(said(outcomes, TWO), 'two\n');
  const outcome = outcomes.get(ENDLESS);
  t.regex(outcome?.ok === false ? outcome.failure.message : '', /^yes said more than 16 MiB/);
});

test('a source that floods standard error is given up as well', async (t) => {
  const flood = shell('flood', 'yes >&2', ['yes']);
  const outcomes = await ask(localTransport(), [flood, TWO], unhurried());
  t.is(said(outcomes, flood), 'too-much-output');
  t.is(said(outcomes, TWO), 'two\n');
});

test('a source that prints much in many files is given up as one', async (t) => {
  const transport = speaking(({ signal, onStdout, onStderr }, mark) => {
    onStdout(Buffer.from(`\n${mark} H\n`));
    onStderr(Buffer.from(`\n${mark} H\n`));
    const chunk = Buffer.from(`\n${mark} B 0 /x\n${'x'.repeat(1024 * 1024)}\n${mark} E 0 0\n`);
    for (let sent = 0; sent <= MAX_SOURCE_BYTES && !signal.aborted; sent += chunk.length) onStdout(chunk);
    return { exitCode: 0, signal: undefined };
  });
  const many = files('/x*');
  t.is(said(await ask(transport, [many], unhurried()), many), 'too-much-output');
});

test('a node that answers without end is given up', async (t) => {
  const sources = Array.from({ length: 12 }, (_, number) => command(['echo', String(number)]));
  let rounds = 0;
  const transport = speaking(({ signal, onStdout, onStderr }, mark) => {
    rounds++;
    for (const say of [onStdout, onStderr]) say(Buffer.from(`\n${mark} H\n`));
    const text = Buffer.alloc(MAX_SOURCE_BYTES - 1024, 'x');
    for (let number = 0; number < 12 && !signal.aborted; number++) {
      onStdout(Buffer.from(`\n${mark} B ${number}\n`));
      onStdout(text);
      for (const say of [onStdout, onStderr])
        say(Buffer.from(`\n${mark} E ${number} 0\n\n${mark} D ${number}\n`));
    }
    return { exitCode: 0, signal: undefined };
  });
  const outcomes = await ask(transport, sources, unhurried());
  t.is(rounds, 1);
  t.is(outcomes.size, 12);
  const last = outcomes.get(sources[11] as (typeof sources)[0]);
  t.regex(
    last?.ok === false ? last.failure.message : '',
    new RegExp(`the node said more than ${MAX_NODE_BYTES / 2 ** 20} MiB`),
  );
});

test('the time of the node ends every source that is left, in one round', async (t) => {
  const outcomes = await ask(localTransport(), [ONE, HANGING, TWO], unhurried({ timeout: 6000 }));
  t.deepEqual(
    [ONE, HANGING, TWO].map((source) => said(outcomes, source)),
    ['one\n', 'timeout', 'timeout'],
  );
});

test('an interrupt ends every source that is left', async (t) => {
  const controller = new AbortController();
  const transport = speaking(({ signal, onStdout, onStderr }, mark) => {
    for (const say of [onStdout, onStderr])
      say(Buffer.from(`\n${mark} H\n\n${mark} B 0\n\n${mark} E 0 0\n\n${mark} D 0\n\n${mark} B 1\n`));
    controller.abort();
    return untilAborted(signal);
  });
  const outcomes = await ask(transport, [ONE, HANGING, TWO], unhurried({ signal: controller.signal }));
  t.deepEqual(
    [ONE, HANGING, TWO].map((source) => said(outcomes, source)),
    ['', 'interrupted', 'interrupted'],
  );
});

test('an interrupt while the connection comes up is no fault of the node', async (t) => {
  const controller = new AbortController();
  const transport = speaking(async ({ signal }) => {
    await untilAborted(signal);
    throw new TransportError('timeout', 'not connected', '');
  });
  setTimeout(() => controller.abort(), 50);
  const outcomes = await ask(transport, [ONE], unhurried({ signal: controller.signal }));
  t.is(said(outcomes, ONE), 'interrupted');
});

test('an answer that is cut in the middle is never an answer', async (t) => {
  const whole = (mark: string): Buffer =>
    Buffer.from(
      `\n${mark} H\n\n${mark} B 0\none\n\n${mark} E 0 0\n\n${mark} D 0\n\n${mark} B 1\ntwo\n\n${mark} E 1 0\n\n${mark} D 1\n\n${mark} Z\n`,
    );
  const outcomesOfCut = async (cut: number) => {
    const transport = speaking(({ onStdout, onStderr }, mark) => {
      onStdout(whole(mark).subarray(0, cut));
      onStderr(whole(mark));
      return { exitCode: 0, signal: undefined };
    });
    return ask(transport, [ONE, TWO], unhurried());
  };
  const length = whole('dpu-doctor-0123456789abcdef01').length;
  for (let cut = '\ndpu-doctor-0123456789abcdef01 H\n'.length; cut < length; cut++) {
    const outcomes = await outcomesOfCut(cut);
    for (const [source, text] of [
      [ONE, 'one\n'],
      [TWO, 'two\n'],
    ] as const) {
      const got = said(outcomes, source);
      t.true(got === text || got === 'unreachable', `cut at ${cut}: ${got}`);
    }
    t.true(said(outcomes, ONE) === 'one\n' || said(outcomes, TWO) === 'unreachable', `cut at ${cut}`);
  }
  const all = await outcomesOfCut(length);
  t.is(said(all, TWO), 'two\n');
});

test('a connection that breaks in the middle fails what is left with its own words', async (t) => {
  const transport = speaking(({ onStdout, onStderr }, mark) => {
    for (const say of [onStdout, onStderr])
      say(Buffer.from(`\n${mark} H\n\n${mark} B 0\n\n${mark} E 0 0\n\n${mark} D 0\n`));
    throw new TransportError('closed', 'the connection was cut', 'try again');
  });
  const outcomes = await ask(transport, [ONE, TWO], unhurried());
  t.is(said(outcomes, ONE), '');
  t.deepEqual(outcomes.get(TWO), {
    ok: false,
    failure: { code: 'unreachable', message: 'the connection was cut', hint: 'try again' },
  });
});

// What such devices and shells say was seen on real ones; the transport here only repeats it.
for (const [name, text] of [
  ['a network device', "% Invalid command at '^' marker.\r\n".repeat(20)],
  ['nologin', 'This account is currently not available.\n'],
  ['a shell without sh', 'bash: line 1: sh: command not found\n'],
] as const) {
  test(`${name} is no POSIX shell, and is quoted`, async (t) => {
    const transport = speaking(({ onStdout }) => {
      onStdout(Buffer.from(text));
      return { exitCode: 1, signal: undefined };
    });
    const error = await failure(ask(transport, [ONE], unhurried()));
    t.is(error.code, 'no-shell');
    t.true(error.message.includes(text.trim().slice(0, 30)), error.message);
  });
}

test('a login that says nothing and ends has no shell', async (t) => {
  const transport = speaking(() => ({ exitCode: 1, signal: undefined }));
  const error = await failure(ask(transport, [ONE], unhurried()));
  t.is(error.code, 'no-shell');
  t.regex(error.message, /it said nothing/);
});

test('a login that echoes the script is no shell', async (t) => {
  const transport = speaking(({ onStdout }, _mark, script) => {
    onStdout(Buffer.from(script.replaceAll('\n', '\r\n')));
    return { exitCode: 0, signal: undefined };
  });
  t.is((await failure(ask(transport, [ONE], unhurried()))).code, 'no-shell');
});

test('a login that waits is told from one that has no shell', async (t) => {
  const transport = speaking(({ signal, onStdout }) => {
    onStdout(Buffer.from('Press any key to continue'));
    return untilAborted(signal);
  });
  const error = await failure(ask(transport, [ONE], unhurried({ timeout: 100 })));
  t.is(error.code, 'timeout');
  t.regex(error.message, /Press any key/);
});

test('a login that floods before the shell has started is given up', async (t) => {
  const transport = speaking(async ({ signal, onStdout }) => {
    for (let count = 0; count < 100 && !signal.aborted; count++) onStdout(Buffer.alloc(64 * 1024, 'x'));
    return { exitCode: 0, signal: undefined };
  });
  const error = await failure(ask(transport, [ONE], unhurried()));
  t.is(error.code, 'no-shell');
  t.true(error.message.length < 500);
});

test('a banner does no harm', async (t) => {
  const transport = localTransport();
  const outcomes = await ask(
    {
      ...transport,
      run: (script, options) =>
        transport.run(`echo Welcome; echo warned >&2; printf 'no newline'\n${script}`, options),
    },
    [ONE, TWO],
    unhurried(),
  );
  t.is(said(outcomes, ONE), 'one\n');
  t.is(said(outcomes, TWO), 'two\n');
});
