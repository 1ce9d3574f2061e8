import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** A TCP server that does with a connection what a test wants; gives its port. */
export async function startTcpServer(
  t: Pick<ExecutionContext, 'teardown'>,
  serve: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A proxy that cuts the connection once the server has sent so many bytes. */
export const startCuttingProxy = (
  t: Pick<ExecutionContext, 'teardown'>,
  to: number,
  bytes: number,
): Promise<number> =>
  startTcpServer(t, (client) => {
    const server = connect(to, '127.0.0.1');
    let sent = 0;
    server.on('error', () => {});
    server.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, bytes - sent));
      sent += chunk.length;
      if (sent >= bytes) {
        client.destroySoon();
        server.destroy();
      }
    });
    client.on('data', (chunk) => server.write(chunk));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
