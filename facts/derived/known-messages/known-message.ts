/** A message of OVN-Kubernetes or of what it works with, whose cause is known. */
export interface KnownMessage {
  /** Kebab case; never changes. */
  readonly id: string;
  /**
   * The message as its source formats it, without what other programs wrap around it: %s, %d and %q stand for one
   * word, %v, %+v and %w for any text of the line. Several where it differs by version or program.
   */
  readonly texts: readonly [string, ...string[]];
  readonly cause: string;
  /** What to do, with commands that can be pasted. */
  readonly remedy: string;
  /** A file of the program that says it, a document with its line, or the issue in which it was explained. */
  readonly source: string;
  /** Ids of the checks whose failure it explains. */
  readonly explains: readonly string[];
}
