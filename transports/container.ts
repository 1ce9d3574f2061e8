import { excerpt } from '../facts/fact.ts';
import { runProcess } from './process.ts';
import { type Transport, TransportError, type TransportErrorCode } from './transport.ts';

/**
 * A container of this machine, such as a node of a kind cluster, by `docker exec` or `podman exec`. An abort ends the
 * client, and not the command in the container.
 */
export function containerTransport(engine: 'docker' | 'podman', container: string): Transport {
  return {
    uri: `container://${engine}/${container}`,
    async run(script, { signal, onStdout, onStderr }) {
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(container)) {
        throw new TransportError(
          'configuration',
          `${JSON.stringify(container)} is no name of a container`,
          'Give a name or id of letters, digits, dots, hyphens and underscores.',
        );
      }
      let began = false;
      let complaint = '';
      const result = await runProcess([engine, 'exec', '-i', container, 'sh'], script, {
        signal,
        onStdout(chunk) {
          began = true;
          onStdout(chunk);
        },
        onStderr(chunk) {
          if (!began && complaint.length < 4096) complaint += chunk.toString();
          onStderr(chunk);
        },
      });
      if (!began && result.exitCode !== undefined && result.exitCode !== 0)
        throw engineError(engine, container, complaint);
      return result;
    },
    close: async () => {},
  };
}

/** What the engines say on standard error when no command was started, and what to do then. */
const COMPLAINTS: readonly {
  readonly pattern: RegExp;
  readonly code: TransportErrorCode;
  message(engine: string, container: string): string;
  hint(engine: string, container: string): string;
}[] = [
  {
    pattern: /permission denied.*(socket|daemon)|(socket|daemon).*permission denied/i,
    code: 'auth-failed',
    message: (engine) => `${engine} may not be used by this user`,
    hint: () => 'Run dpu-doctor as root, or join the group that owns the socket (docker).',
  },
  {
    pattern:
      /cannot connect to the docker daemon|failed to connect to the docker api|cannot connect to podman/i,
    code: 'unreachable',
    message: (engine) => `the ${engine} daemon can't be reached`,
    hint: (engine) => `Start it (systemctl start ${engine}), or point DOCKER_HOST to it; try: ${engine} ps.`,
  },
  {
    pattern: /no such container|no container with name/i,
    code: 'no-such-container',
    message: (engine, container) => `${engine} has no container ${container}`,
    hint: (engine) => `Look at the names: ${engine} ps --all --format '{{.Names}}'.`,
  },
  {
    pattern: /is not running|container state improper|on running containers|is paused/i,
    code: 'no-such-container',
    message: (_engine, container) => `the container ${container} is not running`,
    hint: (engine, container) => `Start it: ${engine} start ${container}.`,
  },
  {
    pattern: /executable file.*not found|no such file or directory/i,
    code: 'no-shell',
    message: (_engine, container) => `the container ${container} has no sh`,
    hint: () => 'Only containers with a POSIX shell can be examined, such as the nodes of a kind cluster.',
  },
];

function engineError(engine: string, container: string, complaint: string): TransportError {
  const said = excerpt(complaint, 200) || 'nothing';
  const known = COMPLAINTS.find(({ pattern }) => pattern.test(complaint));
  if (known === undefined) {
    return new TransportError(
      'no-shell',
      `${engine} ran no shell in ${container}: it said '${said}'`,
      `Try it: ${engine} exec -i ${container} sh -c true.`,
    );
  }
  const { code, message, hint } = known;
  return new TransportError(code, `${message(engine, container)}: '${said}'`, hint(engine, container));
}
