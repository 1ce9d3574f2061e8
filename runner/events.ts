import type { Report, Result, TargetFailure } from './report.ts';

/** What a run tells while it goes on, for live progress. Texts may come from nodes and are not safe to print. */
export type RunEvent =
  /** `checks` counts the pairs of check and target that are planned; it is 0 where that isn't known yet. */
  | {
      readonly kind: 'run-started';
      readonly suite: string;
      readonly targets: readonly string[];
      readonly checks: number;
    }
  /** Clusters told which nodes there are: `targets` are all that are asked something, and so many nodes are not. */
  | { readonly kind: 'targets-found'; readonly targets: readonly string[]; readonly notLoggedIn: number }
  | { readonly kind: 'target-started'; readonly target: string }
  /** The node gave its facts, or it is known why it will not. */
  | {
      readonly kind: 'target-answered';
      readonly target: string;
      readonly ms: number;
      readonly failure?: TargetFailure;
    }
  /** With --wait: what did not pass is asked again, for so many milliseconds at most. */
  | {
      readonly kind: 'waiting';
      readonly for: readonly string[];
      readonly givenUp: readonly string[];
      readonly ms: number;
    }
  /** What sending traffic has come to: a line for people. */
  | { readonly kind: 'traffic'; readonly line: string }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'run-finished'; readonly report: Report };

/** Must not throw and must be quick: the run waits for it. */
export type RunListener = (event: RunEvent) => void;
