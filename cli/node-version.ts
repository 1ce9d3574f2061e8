/** As package.json has it. Older ones lack what is used here, and would say so with a stack trace. */
export const OLDEST_NODE = [24, 12] as const;

/** Whether this Node will do. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}
