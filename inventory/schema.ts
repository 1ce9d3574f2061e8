import * as v from 'valibot';
import { ROLES, SIMULATIONS } from '../facts/derived/role.ts';
import { nearest } from '../suites/nearest.ts';
import type { SshSettings } from '../transports/access.ts';
import { parseDestination } from '../transports/ssh/destination.ts';
import { quoted } from './error.ts';

const MAX_TEXT = 1024;

/** Invisible characters: control, format (also those that turn the direction), surrogates, unassigned. */
const INVISIBLE = /\p{C}/u;

const text = (what: string) =>
  v.pipe(
    v.string(({ input }) => `expected ${what}, got ${quoted(input)}`),
    v.nonEmpty(`expected ${what}, got an empty text`),
    v.maxLength(MAX_TEXT, `${what} is longer than ${MAX_TEXT} characters`),
    v.check(
      (value) => !INVISIBLE.test(value),
      ({ input }) => `${quoted(input)} holds control or invisible characters`,
    ),
  );

/** A name stands in reports, and in arguments of ssh and docker: never an option, never two words. */
const word = (what: string) =>
  v.pipe(
    text(what),
    v.check(
      (value) => !value.startsWith('-'),
      ({ input }) => `${quoted(input)} starts with '-'`,
    ),
    v.check(
      (value) => !/\s/.test(value),
      ({ input }) => `${quoted(input)} holds a blank`,
    ),
  );

/** Whether a text may be the name of a node or a cluster. */
export const isWord = (value: string): boolean => v.safeParse(word('a name'), value).success;

const choice = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, ({ input }) => `expected one of ${options.join(', ')}, got ${quoted(input)}`);

const port = v.pipe(
  v.number(({ input }) => `expected a number from 1 to 65535, got ${quoted(input)}`),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
    ({ input }) => `expected a number from 1 to 65535, got ${quoted(input)}`,
  ),
);

/** A host name, or an IPv4 or IPv6 address, with a zone where it needs one. */
export const HOST = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)$/;

const address = v.pipe(
  word('a host name or an address'),
  v.check(
    (value) => !value.includes('@'),
    ({ input }) => `${quoted(input)} holds a user: that is the key user`,
  ),
  v.check(
    (value) => !/^[^:]+:\d+$/.test(value),
    ({ input }) => `${quoted(input)} holds a port: that is the key port`,
  ),
  v.check(
    (value) => HOST.test(value),
    ({ input }) => `${quoted(input)} is no host name and no address`,
  ),
);

/** A mapping that takes these keys and no others. */
const mapping = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  // Without a prototype, so that no key is known that only every object has.
  v.strictObject(Object.assign(Object.create(null) as object, entries), ({ input, expected, received }) => {
    if (expected === 'Object') return `expected a mapping, got ${quoted(input)}`;
    if (expected !== 'never') return 'the key is missing';
    const meant = nearest(received.slice(1, -1), Object.keys(entries));
    return `unknown key${meant === undefined ? `; known are ${Object.keys(entries).join(', ')}` : `; did you mean '${meant}'?`}`;
  });

const sshDefaults = {
  port: v.exactOptional(port),
  user: v.exactOptional(word('a user name')),
  identityFile: v.exactOptional(text('the path of a private key')),
  knownHostsFile: v.exactOptional(text('the path of a known_hosts file')),
  proxyJump: v.exactOptional(word('user@host:port of a jump host')),
};

const sshEntries = {
  address: v.exactOptional(address),
  ...sshDefaults,
} satisfies Record<keyof SshSettings, unknown>;

/** Read in a second step, against the table of expectations. */
const expect = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ({ input }) => `expected a mapping, got ${quoted(input)}`,
);

const container = mapping({
  engine: v.exactOptional(choice(['docker', 'podman'])),
  name: v.pipe(
    word('the name of a container'),
    v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, ({ input }) => `${quoted(input)} is no name of a container`),
  ),
});

const node = mapping({
  name: word('the name of a node'),
  role: v.exactOptional(choice(ROLES)),
  simulation: v.exactOptional(choice(SIMULATIONS)),
  dpu: v.exactOptional(word('the name of a node')),
  ssh: v.exactOptional(mapping(sshEntries)),
  container: v.exactOptional(container),
  local: v.exactOptional(
    v.literal(true, ({ input }) => `expected true or no such key, got ${quoted(input)}`),
  ),
  recorded: v.exactOptional(text('the path of a recorded node')),
  access: v.exactOptional(choice(['none', 'exec'])),
  kubernetes: v.exactOptional(
    mapping({ cluster: word('the name of a cluster'), node: word('the name of a node') }),
  ),
  expect: v.exactOptional(expect),
});

const cluster = mapping({
  name: word('the name of a cluster'),
  kubeconfig: v.exactOptional(text('the path of a kubeconfig')),
  context: v.exactOptional(text('the name of a context')),
  kubectl: v.exactOptional(text('the name or path of a program')),
  via: v.exactOptional(
    v.pipe(
      text('user@host'),
      v.check(
        (value) => parseDestination(value) !== undefined,
        ({ input }) => `expected user@host or user@host:port, got ${quoted(input)}`,
      ),
    ),
  ),
});

/** The shape of an inventory file; docs/inventory.md describes it. */
export const inventorySchema = mapping({
  version: v.literal(1, ({ input }) => `expected 1, the only version there is, got ${quoted(input)}`),
  defaults: v.exactOptional(
    mapping({ ssh: v.exactOptional(mapping(sshDefaults)), expect: v.exactOptional(expect) }),
  ),
  clusters: v.exactOptional(
    v.pipe(
      v.array(cluster, ({ input }) => `expected a list of clusters, got ${quoted(input)}`),
      v.nonEmpty('no cluster is named'),
    ),
  ),
  // Needed, unless clusters tell which nodes there are.
  nodes: v.exactOptional(
    v.pipe(
      v.array(node, ({ input }) => `expected a list of nodes, got ${quoted(input)}`),
      v.nonEmpty('no node is named'),
    ),
  ),
});

export type InventoryDocument = v.InferOutput<typeof inventorySchema>;
export type NodeEntry = NonNullable<InventoryDocument['nodes']>[number];
export type ClusterEntry = NonNullable<InventoryDocument['clusters']>[number];
