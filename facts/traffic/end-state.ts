import type { CommandAnswer } from '../source.ts';
import type { Neighbour } from './reasons/scene.ts';

/** An interface of an endpoint, as `ip addr show` prints it. */
export interface EndInterface {
  readonly name: string;
  readonly mac: string | undefined;
  /** In bytes. */
  readonly mtu: number | undefined;
  /** IFF_UP: somebody has set it up. */
  readonly up: boolean;
  /** With prefix length. */
  readonly addresses: readonly string[];
}

/** Where an endpoint's kernel sends what goes to an address. */
export type EndRoute =
  | { readonly kind: 'route'; readonly device: string; readonly via: string | undefined }
  /** The address is one of its own. */
  | { readonly kind: 'local' }
  | { readonly kind: 'none'; readonly why: string };

/** What an endpoint's own network is like. Undefined is what could not be looked at. */
export interface EndState {
  readonly interfaces: readonly EndInterface[];
  readonly route: EndRoute | undefined;
  readonly neighbours: readonly Neighbour[];
}

/** `ip addr show`, of iproute2 and of busybox, which has no JSON. Pure and total. */
export function parseInterfaces(text: string): readonly EndInterface[] {
  return text.split(/^(?=\d+: )/m).flatMap((block): EndInterface[] => {
    const [, name, flags = ''] = /^\d+: ([^:@\s]+)[^<]*<([^>]*)>/.exec(block) ?? [];
    if (name === undefined) return [];
    const mtu = Number(/ mtu (\d{1,6}) /.exec(block)?.[1]);
    return [
      {
        name,
        mac: /^\s+link\/ether ([0-9a-f:]{17})\b/m.exec(block)?.[1],
        mtu: Number.isInteger(mtu) ? mtu : undefined,
        up: flags.split(',').includes('UP'),
        addresses: [...block.matchAll(/^\s+inet6? ([0-9a-f.:]+\/\d{1,3})\b/gm)].map(([, one = '']) => one),
      },
    ];
  });
}

/** `ip route get ADDRESS`; undefined where it says neither a route nor that there is none. Pure and total. */
export function parseRoute({ exitCode, stdout, stderr }: CommandAnswer): EndRoute | undefined {
  const why = /(network is unreachable|no route to host)/i.exec(`${stderr}\n${stdout}`)?.[1];
  if (exitCode !== 0) return why === undefined ? undefined : { kind: 'none', why: why.toLowerCase() };
  const [line = ''] = stdout.trim().split('\n');
  // Of IPv6 the kernel gives the route that refuses, by whatever device.
  const refused = /^(unreachable|prohibit|blackhole) /.exec(line)?.[1];
  if (refused !== undefined) return { kind: 'none', why: `the route is of type ${refused}` };
  if (line.startsWith('local ')) return { kind: 'local' };
  const device = / dev (\S+)/.exec(line)?.[1];
  if (device === undefined) return undefined;
  return { kind: 'route', device, via: / via (?:inet6? )?([0-9a-f.:]+)/.exec(line)?.[1] };
}

/** `ip neigh show`, whose last word is the state. Pure and total. */
export function parseNeighbours(text: string): readonly Neighbour[] {
  return text.split('\n').flatMap((line): Neighbour[] => {
    const [, address, device] = /^([0-9a-f.:]+) dev (\S+)/.exec(line) ?? [];
    const state = /\b([A-Z]{4,12})\s*$/.exec(line)?.[1];
    return address === undefined || device === undefined || state === undefined
      ? []
      : [{ address, device, states: [state] }];
  });
}
