import type { FactFailure } from '../../facts/fact.ts';

/** Ends a stream with the reason. Never leaves observeStream. */
export class StreamError extends Error {
  readonly failure: FactFailure;

  constructor(failure: FactFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
