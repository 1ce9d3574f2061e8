import { commandFailure, defineFact, type FactFailure } from '../../facts/fact.ts';
import { type Link, links } from '../../facts/links.ts';
import { type Route, routes } from '../../facts/routes.ts';
import { commandForEach } from '../../facts/sources.ts';
import type { PingProgram } from '../ping.ts';
import { type Netcat, netcatHelp, pingVersion, readNetcat, readPingProgram } from './programs.ts';

/** A network namespace that a node has a name for. */
export interface NamedNamespace {
  readonly name: string;
  /** Its file on the node. */
  readonly file: string;
  readonly links: readonly Link[];
}

/** What a node tells of its network, in one round. */
export interface NodeNetwork {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  /** Those that could be entered. */
  readonly namespaces: readonly NamedNamespace[];
  /** Why others could not: that of the first of them. */
  readonly closed: FactFailure | undefined;
  /** Which ping the node has; undefined where it has none. */
  readonly ping: PingProgram | undefined;
  readonly netcat: Netcat | undefined;
}

/** Named namespaces are files here (ip-netns(8)); /var/run is the same directory wherever there are both. */
const NAMESPACES = '/run/netns/*';

export const nodeNetwork = defineFact({
  title: 'interfaces, routes and network namespaces',
  sources: {
    ...links.sources,
    ...routes.sources,
    ping: pingVersion,
    netcat: netcatHelp,
    namespaces: commandForEach([NAMESPACES], ['nsenter', '--net={path}', 'ip', '-j', 'addr', 'show'], {
      root: true,
    }),
  },
  parse({ addr, list, namespaces, ping, netcat }): NodeNetwork {
    const refused = namespaces.find(({ exitCode }) => exitCode !== 0);
    return {
      links: links.parse({ addr }),
      routes: routes.parse({ list }),
      namespaces: namespaces
        .filter(({ exitCode }) => exitCode === 0)
        .map((answer) => ({
          name: answer.path.split('/').at(-1) ?? answer.path,
          file: answer.path,
          links: links.parse({ addr: answer }),
        })),
      closed: refused === undefined ? undefined : commandFailure(refused),
      ping: readPingProgram(ping),
      netcat: readNetcat(netcat),
    };
  },
});
