import type { Path, PathKind } from '../facts/traffic/path.ts';
import type { ConnectOptions } from '../transports/connect.ts';

/** Which pairs of endpoints exchange traffic. */
export type Selection = 'all' | 'ring' | 'sample';

/** What the user asks of a traffic run. */
export interface TrafficOptions extends ConnectOptions {
  /** Unique to the run: every object that it makes carries it. Fit for a label's value. */
  readonly runId: string;
  /** Pods are made where this says so; their image. */
  readonly image: string;
  readonly selection: Selection;
  readonly kinds: readonly PathKind[];
  /** Whether a check was chosen that judges this path: nothing is sent on the others. All unless given. */
  readonly wanted?: (path: Path) => boolean;
  /** Whether offload is to be proven: streams are sent for that. True unless given. */
  readonly streams?: boolean;
  /** Of each ping. */
  readonly packets: number;
  /** Existing pods to use, as namespace/name; none are made then. */
  readonly pods: readonly string[];
  readonly keepOnFailure: boolean;
  /** How many paths are under way at a time. */
  readonly concurrency: number;
  /** For one path, in milliseconds, set-up of pods apart. */
  readonly timeout: number;
  /** Until pods that are made must be ready, in milliseconds; two minutes unless given. */
  readonly setupTimeout?: number;
  readonly signal: AbortSignal;
  /** For people: what is going on, and how many paths there are to be. */
  readonly progress: (line: string) => void;
}
