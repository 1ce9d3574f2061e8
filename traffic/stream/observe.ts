import { setTimeout as delay } from 'node:timers/promises';
import type { FactFailure, Outcome } from '../../facts/fact.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { StreamDirection, StreamObservation } from '../../facts/traffic/stream.ts';
import { askFact, wayFailure } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import type { Shell } from '../shell.ts';
import { connectionOf, conversationOf, reversed, type StreamEnds } from './connection.ts';
import { sidesOf } from './conversation.ts';
import { StreamError } from './failure.ts';
import { streamPrograms } from './programs.ts';
import { findRepresentor } from './representor.ts';
import { send } from './send.ts';
import { sentCounter } from './sent.ts';
import { watchers } from './watchers.ts';

/**
 * From the end of the stream to the last sample, in milliseconds: mlx5 reads the hardware's counters once a second
 * (MLX5_FC_STATS_PERIOD), and flows live for ten seconds more (other_config:max-idle).
 */
const COUNTERS_LAG = 1500;

/**
 * Sends a TCP stream for some seconds, and looks at the representors of both ends before, meanwhile and after. Fails where
 * nothing was sent; where only a DPU could not be looked at, its direction says why. Never rejects. Streams that
 * share a node are to be sent one after the other: they would be in each other's way.
 */
export async function observeStream(
  ends: StreamEnds,
  context: TrafficContext,
): Promise<Outcome<StreamObservation>> {
  const { client, server } = ends;
  // Nothing of the node's own network passes a VF.
  if (client.hostNetwork || server.hostNetwork)
    return { ok: true, value: { durationMs: 0, bytes: 0, directions: [], evidence: [] } };
  try {
    const shells = { client: shellOf(client, context), server: shellOf(server, context) };
    const conversation = conversationOf(ends);
    const [ofClient, ofServer, clientPrograms, serverPrograms] = await Promise.all([
      findRepresentor(client, context),
      findRepresentor(server, context),
      askFact(shells.client, streamPrograms, context.options),
      askFact(shells.server, streamPrograms, context.options),
    ]);
    const watched = watchers([ofClient, ofServer], context);
    const there = connectionOf(client, server, conversation, ends.family);
    const observed = (packets: readonly (number | undefined)[]): readonly StreamDirection[] => [
      watched.direction(client, ofClient, there, packets[0]),
      watched.direction(server, ofServer, reversed(there), packets[1]),
    ];
    // Nothing is sent that nobody looks at.
    if (!ofClient.ok && !ofServer.ok)
      return { ok: true, value: { durationMs: 0, bytes: 0, directions: observed([]), evidence: [] } };
    if (!clientPrograms.ok) return clientPrograms;
    if (!serverPrograms.ok) return serverPrograms;
    const sides = sidesOf(conversation, serverPrograms.value, clientPrograms.value);
    if (sides === undefined) throw new StreamError(noProgram(ends));
    const sentByClient = sentCounter(shells.client, context);
    const sentByServer = sentCounter(shells.server, context);
    await Promise.all([sentByClient.read(), sentByServer.read(), watched.look(0), watched.readLogs()]);
    const stream = await send(sides, conversation, shells, context, watched.look);
    const lag = delay(COUNTERS_LAG, undefined, { signal: context.options.signal });
    await Promise.all([lag, sentByClient.read(), sentByServer.read()]);
    await Promise.all([watched.look(stream.durationMs + COUNTERS_LAG), watched.readLogs()]);
    const packets = [sentByClient.grown(), sentByServer.grown()];
    return { ok: true, value: { ...stream, directions: observed(packets) } };
  } catch (error) {
    return { ok: false, failure: error instanceof StreamError ? error.failure : wayFailure(error) };
  }
}

function shellOf(endpoint: Endpoint, context: TrafficContext): Shell {
  const shell = context.endpointShell(endpoint);
  if (shell !== undefined) return shell;
  throw new StreamError({
    code: 'unreachable',
    message: `no way leads into ${endpoint.kind} ${endpoint.name}`,
  });
}

const noProgram = ({ client, server }: StreamEnds): FactFailure => ({
  code: 'missing-program',
  message: `${client.name} and ${server.name} have neither iperf3 nor nc in common, each with timeout, to send a stream with`,
  hint: 'Choose an image that has iperf3, or nc and timeout as busybox has them.',
});
