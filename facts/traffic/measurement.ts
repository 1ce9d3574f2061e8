import type { Evidence, Outcome } from '../fact.ts';
import type { Exchange } from './exchange.ts';
import type { Location } from './location.ts';
import type { Path } from './path.ts';
import type { StreamObservation } from './stream.ts';

/** All that was measured of one path. Checks of scope `path` judge it. */
export interface PathMeasurement {
  readonly path: Path;
  /** A failure where nothing could be sent: then nothing is known of the path. */
  readonly exchange: Outcome<Exchange>;
  /** Only of a path on which packets were lost. */
  readonly location?: Outcome<Location>;
  /** Only of a path over which a stream was sent to prove offload. */
  readonly stream?: Outcome<StreamObservation>;
}

/** Something that kept paths from being measured at all: an image that can't be pulled, a quota, a refused verb. */
export interface TrafficProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The target that it concerns, where it is one. */
  readonly target?: string;
  readonly evidence?: readonly Evidence[];
}

/** What came out of a traffic run. */
export interface TrafficMeasurements {
  /** In the order in which they were planned. */
  readonly paths: readonly PathMeasurement[];
  readonly problems: readonly TrafficProblem[];
  /** What the reader should know: that pairs were sampled, which endpoints there were. */
  readonly notes: readonly string[];
  /** Objects of the run that are still there, and how to remove them. */
  readonly left: readonly string[];
}
