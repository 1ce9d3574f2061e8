import type { SshSettings } from '../access.ts';

/** What OpenSSH takes for a destination, and nothing that could be taken for an option or a command. */
const DESTINATION =
  /^(?:ssh:\/\/)?(?:([A-Za-z0-9_][A-Za-z0-9_.$-]*)@)?(\[[0-9A-Fa-f:.%a-z]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)(?::(\d{1,5}))?\/?$/;

/** `user@host:port` or `ssh://user@[::1]:22`; undefined where it is none. */
export function parseDestination(text: string): SshSettings | undefined {
  const match = DESTINATION.exec(text);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (match === null || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return {
    address: (match[2] ?? '').replace(/^\[|\]$/g, ''),
    ...(match[1] === undefined ? {} : { user: match[1] }),
    ...(port === undefined ? {} : { port }),
  };
}
