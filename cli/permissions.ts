import type { ApiPermission } from '../facts/cluster/permission.ts';
import { type RootCommand, sourceKey } from '../facts/source.ts';
import { TRAFFIC_COMMANDS } from '../facts/traffic/commands.ts';
import { type Permissions, permissionsFor, sendsTraffic } from '../runner/permissions.ts';
import { parseNodeAccess } from './clusters.ts';
import { rbacFile } from './rbac.ts';
import { sudoersFile } from './sudoers.ts';
import { chosenChecks, findSuite } from './suite.ts';
import { UsageError } from './usage-error.ts';
import { parseRole, words } from './values.ts';

export interface PermissionFlags {
  readonly select?: readonly string[];
  readonly skip?: readonly string[];
  readonly role?: string;
  readonly rbac?: boolean;
  readonly sudoers?: boolean;
  readonly user: string;
  readonly nodeAccess?: string;
}

/** Prints what a run of the chosen checks needs to be allowed. */
export async function permissionsCommand(suiteName: string, flags: PermissionFlags): Promise<number> {
  const suite = await findSuite(suiteName);
  const checks = await chosenChecks(suite, words('--select', flags.select), words('--skip', flags.skip));
  const permissions = permissionsFor(checks, {
    ...(flags.role === undefined ? {} : { role: parseRole(flags.role) }),
    nodeAccess: parseNodeAccess(flags.nodeAccess ?? 'none'),
  });
  const text = flags.rbac
    ? await rbacFile(permissions, NAME)
    : flags.sudoers
      ? sudoersFile(permissions, parseUser(flags.user))
      : overview(permissions);
  process.stdout.write(text);
  return 0;
}

/** Of the objects that `--rbac` prints. */
const NAME = 'dpu-doctor';

/** A user, or a group as sudoers(5) has it. */
function parseUser(text: string): string {
  if (/^%?[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text)) return text;
  throw new UsageError(`'${text}' is no name of a user`, 'Write --user NAME, or --user %GROUP.');
}

function overview(permissions: Permissions): string {
  const { sources, api } = permissions;
  const plain = sources.filter(({ asRoot }) => asRoot.length === 0);
  const root = sources.filter(({ asRoot }) => asRoot.length > 0);
  return [
    'On each node that is logged in to, as root or through sudo -n:',
    ...listed(root.map(({ source, facts }) => [facts.join(', '), sourceKey(source).replace(/^root: /, '')])),
    ...commandsOf(root.flatMap(({ asRoot }) => asRoot)).map((line) => `    ${line}`),
    '',
    'On each node that is logged in to, as anybody:',
    ...listed(plain.map(({ source, facts }) => [facts.join(', '), sourceKey(source)])),
    '',
    ...(sendsTraffic(permissions) ? trafficLines() : []),
    "Of each cluster's API that is named:",
    ...listed(api.map(({ permission, facts }) => [facts.join(', '), apiText(permission)])),
    '',
    `${changes(permissions)} --sudoers prints the sudoers file, --rbac the ClusterRole that are just enough.`,
    '',
  ].join('\n');
}

/** What is run where traffic is sent and followed. */
function trafficLines(): readonly string[] {
  const rows = (root: boolean): readonly (readonly [string, string])[] =>
    TRAFFIC_COMMANDS.filter((one) => (one.root ?? false) === root).map(({ command, why }) => [command, why]);
  return [
    'To send traffic and to follow it, as root or through sudo -n:',
    ...listed(rows(true)),
    '  Their arguments hang on what is sent: no sudoers line allows them, but a login as root does.',
    '',
    'To send traffic and to follow it, as anybody:',
    ...listed(rows(false)),
    '',
  ];
}

/** What becomes of the systems that are examined. */
const changes = (permissions: Permissions): string =>
  sendsTraffic(permissions)
    ? 'On nodes nothing is changed; in a cluster a namespace with pods is made, and removed.'
    : 'Nothing is changed.';

/** What is behind the titles: each command once. */
function commandsOf(asRoot: readonly RootCommand[]): readonly string[] {
  const { direct = [], inContainer = [] } = Object.groupBy(asRoot, ([program]) =>
    program === 'chroot' ? 'inContainer' : 'direct',
  );
  const lines = [...new Set(direct.map(shown))].map((line) => `$ ${line}`);
  return inContainer.length === 0
    ? lines
    : [
        ...lines,
        'Where Open vSwitch runs in a container and is not installed, its programs by chroot /proc/<pid>/root.',
      ];
}

const LONGEST = 110;

/** A command on one line; a program within it is cut. */
function shown(argv: RootCommand): string {
  const line = argv.join(' ').replace(/\s+/g, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)} …`;
}

function listed(rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return ['  nothing'];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}

function apiText(permission: ApiPermission): string {
  if (permission.kind === 'path') return `${permission.verb} ${permission.path}`;
  const { verb, group, resource, namespace, name } = permission;
  const of = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${of}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
