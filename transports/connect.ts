import type { Source } from '../facts/source.ts';
import type { Access, RecordedAccess } from './access.ts';
import { type AskOptions, ask, type RawOutcome } from './ask.ts';
import { containerTransport } from './container.ts';
import { localTransport } from './local.ts';
import { podTransport } from './pod.ts';
import { recordedNode } from './recorded.ts';
import type { SshOptions } from './ssh/options.ts';
import { sshTransport } from './ssh/transport.ts';
import type { Transport } from './transport.ts';

/** A node that can be asked: over a shell on it, or out of a recording. */
export interface NodeAccess {
  /** `local:`, `ssh://user@host:22`, `container://docker/dpu-worker`, `pod://namespace/pod/container`, `recorded:FILE`. */
  readonly uri: string;
  /**
   * Asks for all sources; each gets exactly one outcome.
   *
   * @throws {TransportError} where the node gave no answer at all.
   */
  ask(sources: readonly Source[], options: AskOptions): Promise<Map<Source, RawOutcome>>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly ssh?: SshOptions;
  /** This machine, where it has been asked before it was known which nodes are to be. */
  readonly asked?: NodeAccess;
}

/** Opens the way to a node. Nothing is contacted before the first question, so it can't fail. */
export function connect(access: Access, options: ConnectOptions = {}): NodeAccess {
  if (access.kind === 'recorded') return recordedNode(access.file);
  if (access.kind === 'local' && options.asked !== undefined) return options.asked;
  return overShell(transportTo(access, options));
}

/** The way to a node that runs scripts. Nothing is contacted before the first one. */
export function transportTo(
  access: Exclude<Access, RecordedAccess>,
  options: ConnectOptions = {},
): Transport {
  switch (access.kind) {
    case 'local':
      return localTransport();
    case 'ssh':
      return sshTransport(access.ssh, options.ssh);
    case 'pod':
      return podTransport(access);
    case 'container':
      return containerTransport(access.engine, access.container);
  }
}

/** A node that is asked by scripts. */
export const overShell = (transport: Transport): NodeAccess => ({
  uri: transport.uri,
  ask: (sources, options) => ask(transport, sources, options),
  close: () => transport.close(),
});
