import type { Check } from '../checks/define.ts';
import type { ClusterRead } from '../facts/cluster/fact.ts';
import { CLUSTER_FACTS, type ClusterFactName } from '../facts/cluster/index.ts';
import { type ApiPermission, permissionOf } from '../facts/cluster/permission.ts';
import type { Role } from '../facts/derived/role.ts';
import type { FactName } from '../facts/index.ts';
import { FACTS } from '../facts/index.ts';
import { type RootCommand, type Source, sourceKey } from '../facts/source.ts';
import { TRAFFIC_PERMISSIONS } from '../facts/traffic/permissions.ts';
import type { NodeAccess } from '../inventory/discover.ts';
import { neededClusterFacts, neededFacts } from './needed.ts';

/** What checks need to be allowed, on nodes and by clusters' APIs. Taken from the facts' sources, as a run is. */
export interface Permissions {
  /** Each source once, with all facts that are read from it. */
  readonly sources: readonly SourcePermission[];
  readonly api: readonly FactPermission[];
}

/** Whether the checks have traffic sent, which makes objects and runs commands of its own. */
export const sendsTraffic = ({ api }: Permissions): boolean =>
  api.some(({ facts }) => facts.includes('traffic'));

export interface SourcePermission {
  readonly source: Source;
  readonly facts: readonly FactName[];
  /** What of it is run as root; empty where it needs no root. */
  readonly asRoot: readonly RootCommand[];
}

export interface FactPermission {
  readonly permission: ApiPermission;
  /** The facts that need it, the way to nodes that does, or the traffic that is sent. */
  readonly facts: readonly (ClusterFactName | '--node-access exec' | 'traffic')[];
}

export interface PermissionOptions {
  /** On nodes of this role only. */
  readonly role?: Role;
  readonly nodeAccess?: NodeAccess;
}

/** What a run of these checks needs. */
export function permissionsFor(
  checks: readonly Check[],
  { role, nodeAccess }: PermissionOptions = {},
): Permissions {
  const ofNodes = checks.some(({ scope }) => scope !== 'cluster');
  const facts = ofNodes ? neededFacts(role === undefined ? {} : { role }, checks) : [];
  const sources = Map.groupBy(
    facts.flatMap((fact) => Object.values<Source>(FACTS[fact].sources).map((source) => ({ fact, source }))),
    ({ source }) => sourceKey(source),
  );
  const api = Map.groupBy(
    [
      ...neededClusterFacts(checks).flatMap((fact): readonly Needed[] =>
        Object.values<ClusterRead>(CLUSTER_FACTS[fact].lists).map((read) => ({
          fact,
          permission: permissionOf(read),
        })),
      ),
      ...(nodeAccess === 'exec' && ofNodes ? EXEC : []),
      ...(checks.some(({ scope }) => scope === 'path') ? TRAFFIC : []),
    ],
    ({ permission }) => JSON.stringify(permission),
  );
  return {
    sources: [...sources.values()].flatMap(([first, ...same]) =>
      first === undefined
        ? []
        : [
            {
              source: first.source,
              facts: [first, ...same].map(({ fact }) => fact),
              asRoot: rootCommands(first.source),
            },
          ],
    ),
    api: [...api.values()].flatMap(([first, ...same]) =>
      first === undefined
        ? []
        : [{ permission: first.permission, facts: [first, ...same].map(({ fact }) => fact) }],
    ),
  };
}

/** Opening the channel by websocket is get for older API servers, and create for newer ones. */
const EXEC = (['get', 'create'] as const).map(
  (verb): Needed => ({
    permission: { kind: 'resource', verb, group: '', resource: 'pods/exec' },
    fact: '--node-access exec',
  }),
);

/** What is made in clusters for traffic. */
const TRAFFIC = TRAFFIC_PERMISSIONS.map((permission): Needed => ({ permission, fact: 'traffic' }));

interface Needed {
  readonly permission: ApiPermission;
  readonly fact: FactPermission['facts'][number];
}

function rootCommands(source: Source): readonly RootCommand[] {
  if (!('root' in source) || !source.root) return [];
  switch (source.kind) {
    case 'command':
      return [source.argv];
    case 'shell':
      return source.asRoot ?? [];
    case 'each':
      return [source.argv];
    case 'files':
      return [['head', '-c', '<size>', '<path>']];
  }
}
