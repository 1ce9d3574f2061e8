import { setTimeout as delay } from 'node:timers/promises';
import { evidence, type FactFailure } from '../../facts/fact.ts';
import type { Source } from '../../facts/source.ts';
import type { StreamObservation } from '../../facts/traffic/stream.ts';
import type { TrafficContext } from '../context.ts';
import type { Shell } from '../shell.ts';
import { type Conversation, LIMIT, listening, type Sides } from './conversation.ts';
import { StreamError } from './failure.ts';

/** Between two samples, in milliseconds. */
const INTERVAL = 1000;

/** Looks at the representors; `at` is in milliseconds since the stream began. */
export type Look = (at: number) => Promise<void>;

/** Sends the stream, and looks every second until the client is done. */
export async function send(
  sides: Sides,
  { port }: Conversation,
  shells: { readonly client: Shell; readonly server: Shell },
  { options }: TrafficContext,
  look: Look,
): Promise<Omit<StreamObservation, 'directions'>> {
  const limit = (LIMIT + 5) * 1000;
  const ask = async (shell: Shell, source: Source) => {
    const { signal } = options;
    const outcome = (await shell.ask([source], { timeout: limit, sourceTimeout: limit, signal })).get(source);
    if (outcome?.ok) return outcome.parts[0] ?? { stdout: '', stderr: '', exitCode: 1 };
    throw new StreamError(
      outcome?.failure ?? { code: 'unreachable', message: `${shell.name} gave no answer` },
    );
  };
  const server = ask(shells.server, sides.server);
  // It is awaited at the end; until then a failure of it must not end the program.
  server.catch(() => undefined);
  const heard = await ask(shells.server, listening(port));
  if (heard.exitCode !== 0)
    throw new StreamError(notStarted(shells.server, sides.server.title, heard.stderr));
  const began = Date.now();
  let done = false;
  const client = ask(shells.client, sides.client).finally(() => {
    done = true;
  });
  client.catch(() => undefined);
  for (let next = INTERVAL; !done; next += INTERVAL) {
    await Promise.race([client, delay(Math.max(0, began + next - Date.now()))]);
    if (!done) await look(Date.now() - began);
  }
  const [sent, durationMs] = [await client, Date.now() - began];
  const received = await server;
  const bytes = sides.received(received.stdout, sent.stdout);
  if (bytes === 0) throw new StreamError(nothingArrived(shells, sides, sent));
  return {
    durationMs,
    bytes,
    evidence: [
      evidence(`${shells.client.name}: ${sides.client.title}`, `${bytes} bytes in ${durationMs} ms`),
    ],
  };
}

const notStarted = ({ name }: Shell, command: string, said: string): FactFailure => ({
  code: 'command-failed',
  message: `the stream's listener did not start: ${command} on ${name}`,
  evidence: evidence(command, said.trim().slice(0, 400) || 'nothing listened after 10 s'),
});

function nothingArrived(
  shells: { readonly client: Shell; readonly server: Shell },
  { client }: Sides,
  sent: { readonly stdout: string; readonly stderr: string; readonly exitCode: number },
): FactFailure {
  const said = `${sent.stderr} ${sent.stdout}`.trim().slice(0, 400);
  return {
    code: 'no-packets',
    message: `no byte of the stream from ${shells.client.name} arrived at ${shells.server.name}`,
    evidence: evidence(client.title, `exit code ${sent.exitCode}: ${said || 'no output'}`),
  };
}
