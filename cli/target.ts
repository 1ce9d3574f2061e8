import type { Role } from '../facts/derived/role.ts';
import type { InventoryNode } from '../inventory/node.ts';
import type { Access } from '../transports/access.ts';
import { parseDestination } from '../transports/ssh/destination.ts';
import { UsageError } from './usage-error.ts';

/** A `--target`: user@host[:port], ssh://…, docker:NAME, podman:NAME, recorded:FILE or local. */
export function parseTarget(text: string, role: Role | undefined): InventoryNode {
  const { name, access } = named(text);
  return { name, access, ...(role === undefined ? {} : { role }) };
}

function named(text: string): { readonly name: string; readonly access: Access } {
  if (text === 'local') return { name: 'local', access: { kind: 'local' } };
  const [, kind, rest] = /^(docker|podman|recorded|container):(?:\/\/)?(.+)$/.exec(text) ?? [];
  if (kind === 'recorded' && rest !== undefined) {
    return {
      name:
        rest
          .split('/')
          .at(-1)
          ?.replace(/\.json$/, '') ?? rest,
      access: { kind: 'recorded', file: rest },
    };
  }
  if (rest !== undefined) return container(kind === 'podman' ? 'podman' : 'docker', rest);
  return ssh(text);
}

function container(
  engine: 'docker' | 'podman',
  name: string,
): { readonly name: string; readonly access: Access } {
  const [first, second] = name.split('/');
  if ((first === 'docker' || first === 'podman') && second !== undefined) return container(first, second);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    throw new UsageError(`'${name}' is no name of a container`, 'Write docker:NAME or podman:NAME.');
  return { name, access: { kind: 'container', engine, container: name } };
}

function ssh(text: string): { readonly name: string; readonly access: Access } {
  const destination = parseDestination(text);
  if (destination !== undefined)
    return { name: text.replace(/^ssh:\/\//, ''), access: { kind: 'ssh', ssh: destination } };
  throw new UsageError(
    `'${text}' is no target`,
    'Write user@host, host:2222, ssh://user@[::1]:22, docker:NAME, podman:NAME, recorded:FILE or local.',
  );
}
