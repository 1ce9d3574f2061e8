import type { Source } from '../facts/source.ts';
import type { AskOptions, RawOutcome } from '../transports/ask.ts';

/** A way to run programs at an endpoint or on a node, open for the whole of a run. */
export interface Shell {
  /** For messages: `pod default/web`, `host1`. */
  readonly name: string;
  /**
   * Asks for all sources, as a node is asked for facts: one script, each answer with its own outcome. Several may be under
   * way at a time; whoever has to, queues them.
   *
   * @throws {TransportError} where there was no answer at all.
   */
  ask(sources: readonly Source[], options: AskOptions): Promise<ReadonlyMap<Source, RawOutcome>>;
  close(): Promise<void>;
}
