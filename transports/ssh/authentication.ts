import type { BaseAgent as Agent, AnyAuthMethod, AuthHandlerMiddleware, ParsedKey } from 'ssh2';
import { decrypt, type Identities, readIdentities } from './keys.ts';
import type { SshOptions } from './options.ts';
import type { Hop } from './route.ts';
import { createAgent } from './ssh2.ts';

/** The keys that a login tries, one after another, and what became of them. */
export interface Attempts {
  readonly next: AuthHandlerMiddleware;
  /** Keys that were offered to the server. */
  readonly tried: readonly string[];
  /** Why others were not. */
  readonly problems: readonly string[];
  /** A key that the user named is encrypted, and nobody gave its passphrase. */
  readonly locked: boolean;
  /** What the server takes, once it has said so: publickey, password … */
  readonly methods: readonly string[];
  note(problem: string): void;
}

/** @throws {TransportError} where a key that the user named can't be used. */
export async function authentication(
  hop: Hop,
  options: SshOptions,
  clock: { pause(): void; resume(): void },
): Promise<Attempts> {
  const identities = await readIdentities(hop.identityFiles);
  const problems = [...identities.problems];
  const tried: string[] = [];
  let methods: readonly string[] = [];
  let locked = false;

  async function* inOrder(): AsyncGenerator<AnyAuthMethod> {
    const username = hop.user;
    const named = new Set(hop.identityFiles.filter(({ required }) => required).map(({ file }) => file));
    const offer = (file: string, key: ParsedKey): AnyAuthMethod => {
      tried.push(file);
      return { type: 'publickey', username, key };
    };
    for (const { file, key } of identities.keys) if (named.has(file)) yield offer(file, key);
    if (hop.agent !== undefined) {
      tried.push(`the agent's keys`);
      yield { type: 'agent', username, agent: agentOf(hop, hop.agent, identities) };
    }
    for (const { file, key } of identities.keys) if (!named.has(file)) yield offer(file, key);
    for (const key of identities.encrypted) {
      clock.pause();
      const decrypted = await decrypt(key, options.passphrase);
      clock.resume();
      if (typeof decrypted !== 'string') yield offer(key.file, decrypted);
      else {
        locked = true;
        problems.push(decrypted);
      }
    }
    // Without any key the server is asked what it takes, for the error's sake.
    if (tried.length === 0) yield { type: 'none', username };
  }

  const order = inOrder();
  const next: AuthHandlerMiddleware = (left, _partial, callback) => {
    // Before the first attempt ssh2 gives null, whatever its types say.
    const asked = left as readonly string[] | null;
    if (asked !== null) methods = asked;
    const give = callback as (method: AnyAuthMethod | false) => void;
    if (asked !== null && !asked.includes('publickey')) return give(false);
    order.next().then(
      ({ value, done }) => give(done ? false : value),
      (error: unknown) => {
        problems.push(String(error));
        give(false);
      },
    );
  };
  return {
    next,
    tried,
    problems,
    get locked() {
      return locked;
    },
    get methods() {
      return methods;
    },
    note: (problem) => problems.push(problem),
  };
}

/** The agent; with IdentitiesOnly, as if it had no other keys than those. */
function agentOf(hop: Hop, socket: string, { publicKeys }: Identities): Agent {
  const agent = createAgent(socket);
  if (!hop.identitiesOnly) return agent;
  const wanted = new Set(publicKeys.map((key) => key.toString('base64')));
  const getIdentities = agent.getIdentities.bind(agent);
  agent.getIdentities = (callback) =>
    getIdentities((error, keys) => {
      const known = keys as readonly ParsedKey[] | undefined;
      const chosen = known?.filter((key) => wanted.has(key.getPublicSSH().toString('base64')));
      callback(error, chosen as typeof keys);
    });
  return agent;
}
