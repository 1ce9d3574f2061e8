import { quote } from '../../transports/quote.ts';
import type { Transport } from '../../transports/transport.ts';

/**
 * A network namespace of a node, by its file there: scripts run in it as root, over the node's own way. Everything but
 * the network is the node's; /sys/class/net shows the node's devices, too.
 */
export const netnsTransport = (node: Transport, file: string): Transport => ({
  uri: `${node.uri}?netns=${encodeURIComponent(file)}`,
  run: (script, options) => node.run(inNamespace(script, file), options),
  close: async () => {},
});

/**
 * The script is an argument, because a shell may have read ahead on its standard input. It holds no secrets, and an
 * argument may have 128 KiB (MAX_ARG_STRLEN in execve(2)).
 */
export const inNamespace = (script: string, file: string): string => `as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n --'
exec $as_root nsenter ${quote(`--net=${file}`)} sh -c ${quote(script)} </dev/null
`;
