import { must, startDetached } from './run.ts';
import { waitFor } from './wait.ts';

/**
 * Serves ssh for a node that has no management interface. The listening socket belongs to the machine's
 * network namespace, all else to the node: it ends with the node, and sessions see the node's netdevs only.
 */
export async function serveIsolatedNode(pid: number, address: string): Promise<void> {
  const enter = ['nsenter', `--target=${pid}`, '--mount', '--uts', '--ipc', '--pid'];
  const sshd = 'nsenter --net=/proc/1/ns/net /usr/sbin/sshd -i';
  startDetached([...enter, 'socat', `TCP-LISTEN:22,bind=${address},reuseaddr,fork`, `EXEC:${sshd},nofork`]);
  await waitFor(`a listener on ${address}:22`, async () => {
    return (await must(['ss', '-Hltn', `src = ${address} and sport = :22`])) !== '';
  });
}
