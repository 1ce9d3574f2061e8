import type { FactFailure, Outcome } from '../facts/fact.ts';
import type { Exchange } from '../facts/traffic/exchange.ts';
import type { Endpoint, Path } from '../facts/traffic/path.ts';
import type { TrafficContext } from './context.ts';
import type { Sender } from './endpoints/hosts.ts';
import { runPings } from './run-pings.ts';
import { runTcp, runTcpWithListener } from './run-tcp.ts';
import { type Slots, slots } from './slots.ts';
import { SERVICE_TRIES } from './tcp.ts';

/** Paths in one script: their words are one argument, which has its limit, and are given up together. */
const BATCH = 32;

/** Conversations with a listener that a node takes part in at a time: each holds a session on either side. */
const CONVERSATIONS = 2;

type Exchanges = Map<Path, Outcome<Exchange>>;

/**
 * Sends traffic along all paths: pings first, then TCP, so that no connection waits behind pings while its listener's time
 * runs out. No more than the option's `concurrency` are under way. After an abort, what was measured by then is kept, and
 * paths without an answer are not in it. Never rejects.
 */
export async function exchangeAll(
  paths: readonly Path[],
  senders: readonly Sender[],
  listensAlready: (path: Path) => boolean,
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<Exchange>>> {
  const exchanges: Exchanges = new Map();
  const byName = new Map(senders.map((sender) => [sender.endpoint.name, sender]));
  const places = slots(Math.max(1, context.options.concurrency));
  const take = (outcomes: ReadonlyMap<Path, Outcome<Exchange>>): void => {
    for (const [path, outcome] of outcomes) exchanges.set(path, outcome);
  };
  const { signal } = context.options;
  const all = (
    batches: readonly Path[][],
    send: (batch: readonly Path[]) => Promise<ReadonlyMap<Path, Outcome<Exchange>>>,
  ) =>
    Promise.all(
      batches.map((batch) => places.run(signal, async () => take(await send(batch)), batch.length)),
    );
  const size = Math.min(BATCH, Math.max(1, context.options.concurrency));
  const [pinged, connected] = [
    paths.filter(({ protocol }) => protocol === 'icmp'),
    paths.filter(({ protocol }) => protocol === 'tcp'),
  ];
  await all(
    batchesBy(pinged, ({ from }) => from.name, size),
    (batch) => ping(batch, byName, context),
  );
  const served = connected.filter(listensAlready);
  await all(
    batchesBy(served, ({ from }) => from.name, size),
    (batch) => connect(batch, byName, context),
  );
  const unserved = connected.filter((path) => !listensAlready(path));
  const nodes = new Map<string, Slots>();
  await all(
    batchesBy(unserved, ({ from, to }) => `${from.name} ${to.endpoint?.name}`, size),
    (batch) => onNodes(batch, nodes, signal, () => converse(batch, byName, context)),
  );
  return exchanges;
}

function batchesBy(paths: readonly Path[], key: (path: Path) => string, size: number): Path[][] {
  return [...Map.groupBy(paths, key).values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, index) =>
      group.slice(index * size, (index + 1) * size),
    ),
  );
}

type Senders = ReadonlyMap<string, Sender>;

/** Where a batch is sent from, or why it can't be. */
function origin([path]: readonly Path[], senders: Senders, context: TrafficContext) {
  const sender = path && senders.get(path.from.name);
  const shell = path && context.endpointShell(path.from);
  if (sender !== undefined && sender.failure === undefined && shell !== undefined) return { sender, shell };
  return { failure: sender?.failure ?? nothingLeadsTo(path?.from) };
}

async function ping(batch: readonly Path[], senders: Senders, context: TrafficContext) {
  const from = origin(batch, senders, context);
  if (from.failure !== undefined) return failed(batch, from.failure);
  const { sender, shell } = from;
  return sender.ping === undefined
    ? failed(batch, noPing(sender.endpoint))
    : runPings(batch, shell, sender.ping, context.options);
}

async function connect(batch: readonly Path[], senders: Senders, context: TrafficContext) {
  const from = origin(batch, senders, context);
  return from.failure === undefined
    ? runTcp(batch, from.shell, from.sender, context.options, SERVICE_TRIES)
    : failed(batch, from.failure);
}

async function converse(batch: readonly Path[], senders: Senders, context: TrafficContext) {
  const from = origin(batch, senders, context);
  if (from.failure !== undefined) return failed(batch, from.failure);
  const to = batch[0]?.to.endpoint;
  const netcat = to && senders.get(to.name)?.netcat;
  const shell = to && context.endpointShell(to);
  if (netcat === undefined || shell === undefined) return failed(batch, nothingLeadsTo(to));
  const client = { shell: from.shell, netcat: from.sender.netcat };
  return runTcpWithListener(batch, client, { shell, netcat }, context.options);
}

/** Holds a place on both nodes. They are taken in the order of their names, so that no two wait for each other. */
async function onNodes(
  [path]: readonly Path[],
  nodes: Map<string, Slots>,
  signal: AbortSignal,
  work: () => Promise<ReadonlyMap<Path, Outcome<Exchange>>>,
): Promise<ReadonlyMap<Path, Outcome<Exchange>>> {
  const names = [...new Set([path?.from.node ?? '', path?.to.node ?? ''])].sort();
  const held = names.reduce<typeof work>((inner, name) => {
    const places = nodes.get(name) ?? slots(CONVERSATIONS);
    nodes.set(name, places);
    return async () => (await places.run(signal, inner)) ?? new Map();
  }, work);
  return held();
}

const failed = (batch: readonly Path[], failure: FactFailure): ReadonlyMap<Path, Outcome<Exchange>> =>
  new Map(batch.map((path) => [path, { ok: false, failure }]));

const nothingLeadsTo = (endpoint: Endpoint | undefined): FactFailure => ({
  code: 'unreachable',
  message: `nothing leads to ${endpoint?.name ?? 'the endpoint'}, so that nothing can be run there`,
  hint: 'Say how its node is logged in to: --node-access ssh, or ssh: in the inventory.',
});

const noPing = ({ name }: Endpoint): FactFailure => ({
  code: 'missing-program',
  message: `there is no ping in ${name}`,
  hint: 'Install ping of iputils or busybox there, or choose an image that has it.',
});
