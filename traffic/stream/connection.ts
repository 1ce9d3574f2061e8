import type { Endpoint } from '../../facts/traffic/path.ts';
import type { Connection } from '../../facts/traffic/stream.ts';
import { type Conversation, randomPort } from './conversation.ts';
import { StreamError } from './failure.ts';

/** Both ends of a stream, and by which IP. */
export interface StreamEnds {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly family: 4 | 6;
}

export function conversationOf({ client, server, family }: StreamEnds): Conversation {
  const address = addressOf(server, family);
  if (address === undefined || addressOf(client, family) === undefined)
    throw new StreamError({
      code: 'not-found',
      message: `${client.name} and ${server.name} have no addresses of IPv${family} in common`,
    });
  return { address, port: randomPort(), clientPort: randomPort() };
}

const addressOf = ({ addresses }: Endpoint, family: 4 | 6): string | undefined =>
  addresses.find((address) => address.includes(':') === (family === 6));

export const connectionOf = (
  client: Endpoint,
  server: Endpoint,
  { port, clientPort }: Conversation,
  family: 4 | 6,
): Connection => ({
  protocol: 6,
  source: addressOf(client, family) ?? '',
  sourcePort: clientPort,
  destination: addressOf(server, family) ?? '',
  destinationPort: port,
});

export const reversed = (one: Connection): Connection => ({
  protocol: one.protocol,
  source: one.destination,
  sourcePort: one.destinationPort,
  destination: one.source,
  destinationPort: one.sourcePort,
});
