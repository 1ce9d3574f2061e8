import type { InventoryNode } from '../../inventory/node.ts';
import { type ConnectOptions, transportTo } from '../../transports/connect.ts';
import type { Transport } from '../../transports/transport.ts';

/**
 * Scripts that run on one node at a time. sshd takes ten sessions on a connection (MaxSessions in sshd_config(5)), and
 * counts one until its channel is closed on both sides; what was given up is ended in a session of its own.
 */
export const NODE_SESSIONS = 6;

/** The one way to a node; undefined where nobody logs in to it. */
export const nodeTransport = (
  access: InventoryNode['access'] | undefined,
  options: ConnectOptions,
): Transport | undefined =>
  access === undefined || access.kind === 'none' || access.kind === 'recorded'
    ? undefined
    : transportTo(access, options);
