import { commandFailure, defineFact, evidence, excerpt, FactError } from './fact.ts';
import type { JsonRecord } from './json.ts';
import { findOvs, ovsAsRoot } from './ovs-program.ts';
import { ovsdbMap, ovsdbNumber, ovsdbText, ovsdbUuids, tableRows } from './ovsdb-json.ts';
import type { CommandAnswer, Source } from './source.ts';
import { shell } from './sources.ts';

/** The configuration in Open vSwitch's database (ovs-vswitchd.conf.db(5)). */
export interface Ovs {
  /** False where the database has no socket: no Open vSwitch runs, and all else is empty. */
  readonly present: boolean;
  readonly openVSwitch: OpenVSwitch;
  readonly bridges: readonly Bridge[];
}

export interface OpenVSwitch {
  /** As ovs-ctl writes it at start; undefined where nothing wrote it. */
  readonly ovsVersion: string | undefined;
  readonly externalIds: ReadonlyMap<string, string>;
  readonly otherConfig: ReadonlyMap<string, string>;
}

export interface Bridge {
  readonly name: string;
  /** secure or standalone; undefined stands for standalone. */
  readonly failMode: string | undefined;
  /** system or netdev; the empty text that stands for system is given as system. */
  readonly datapathType: string;
  readonly externalIds: ReadonlyMap<string, string>;
  readonly ports: readonly Port[];
}

export interface Port {
  readonly name: string;
  readonly tag: number | undefined;
  readonly externalIds: ReadonlyMap<string, string>;
  readonly interfaces: readonly Interface[];
}

export interface Interface {
  readonly name: string;
  /** internal, patch, geneve, dpdk …; empty for a network device of the system. */
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
  /** Why ovs-vswitchd could not set it up. */
  readonly error: string | undefined;
  readonly externalIds: ReadonlyMap<string, string>;
  /** OpenFlow port number; -1 where it could not be set up. */
  readonly ofport: number | undefined;
  /** up or down. */
  readonly adminState: string | undefined;
  readonly linkState: string | undefined;
}

const TABLES = {
  Open_vSwitch: ['ovs_version', 'external_ids', 'other_config'],
  Bridge: ['name', 'ports', 'fail_mode', 'datapath_type', 'external_ids'],
  Port: ['_uuid', 'name', 'interfaces', 'tag', 'external_ids'],
  Interface: [
    '_uuid',
    'name',
    'type',
    'options',
    'error',
    'external_ids',
    'ofport',
    'admin_state',
    'link_state',
  ],
} as const;

type Table = keyof typeof TABLES;

/* --no-wait keeps ovs-vsctl from waiting for ovs-vswitchd, whatever its version. */
const LIST = Object.entries(TABLES)
  .map(([table, columns]) => `-- --columns=${columns.join(',')} list ${table}`)
  .join(' ');

const VSCTL = `ovs-vsctl --timeout=5 --no-wait --format=json ${LIST}`;

const SCRIPT = `(
${findOvs('ovs-vsctl')}
if ovs_absent; then
  echo absent
else
  ovs ${VSCTL}
fi
)`;

/** Bridges, ports, interfaces and settings of Open vSwitch, by one call of ovs-vsctl. */
export const ovs = defineFact({
  title: "Open vSwitch's database",
  sources: {
    tables: shell(
      'ovs-vsctl --format=json list of Open_vSwitch, Bridge, Port and Interface',
      SCRIPT,
      [VSCTL, 'chroot'],
      ovsAsRoot(...VSCTL.split(' ')),
    ) satisfies Source,
  },
  parse({ tables: answer }): Ovs {
    if (answer.exitCode === 0 && answer.stdout.trim() === 'absent') return ABSENT;
    if (answer.exitCode !== 0) throw new FactError(ovsFailure(answer));
    const rows = parseTables(answer);
    const interfaces = byUuid(rows.Interface, parseInterface);
    const ports = byUuid(rows.Port, (row) => parsePort(row, interfaces));
    return {
      present: true,
      openVSwitch: parseOpenVSwitch(rows.Open_vSwitch[0] ?? {}),
      bridges: rows.Bridge.map((row) => parseBridge(row, ports)).sort(byName),
    };
  },
});

const ABSENT: Ovs = {
  present: false,
  openVSwitch: { ovsVersion: undefined, externalIds: new Map(), otherConfig: new Map() },
  bridges: [],
};

/** Why ovs-vsctl or ovs-appctl gave no answer. */
export function ovsFailure(answer: CommandAnswer): ReturnType<typeof commandFailure> {
  const { command, exitCode, stdout, stderr } = answer;
  const said = evidence(command, `exit code ${exitCode}: ${excerpt(stderr || stdout) || 'no output'}`);
  if (/signal 14|Alarm clock/.test(stderr)) {
    return {
      code: 'timeout',
      message: `${command.split(' ')[0]} had no answer after 5 s`,
      hint: 'Look whether the daemon is stopped or overloaded: ps -o pid,stat,time,args -C ovsdb-server,ovs-vswitchd',
      evidence: said,
    };
  }
  const failure = commandFailure(answer);
  if (failure.code !== 'command-failed') return failure;
  if (/database connection failed|cannot read pidfile|cannot connect to/.test(stderr)) {
    const daemon = command.startsWith('ovs-vsctl') ? 'ovsdb-server' : 'ovs-vswitchd';
    return {
      ...failure,
      message: `${daemon} is not running, or its socket is not in /var/run/openvswitch`,
      hint: 'Start Open vSwitch: systemctl restart openvswitch-switch (openvswitch on RHEL)',
    };
  }
  return failure;
}

function parseTables(answer: CommandAnswer): Readonly<Record<Table, readonly JsonRecord[]>> {
  const lines = answer.stdout.split('\n').filter((line) => line.startsWith('{'));
  const tables = (Object.keys(TABLES) as Table[]).map((table, index) => {
    const rows = tableRows(parseLine(lines[index] ?? ''));
    if (rows === undefined) {
      throw new FactError({
        code: 'unparsable',
        message: `ovs-vsctl was expected to print the table ${table} as JSON`,
        hint: `Run it on the node and look: ovs-vsctl --format=json list ${table}`,
        evidence: evidence(answer.command, excerpt(answer.stdout)),
      });
    }
    return [table, rows] as const;
  });
  return Object.fromEntries(tables) as Record<Table, readonly JsonRecord[]>;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function byUuid<Value>(rows: readonly JsonRecord[], parse: (row: JsonRecord) => Value): Map<string, Value> {
  return new Map(
    rows.flatMap((row) => ovsdbUuids(row['_uuid']).map((uuid): [string, Value] => [uuid, parse(row)])),
  );
}

const parseOpenVSwitch = (row: JsonRecord): OpenVSwitch => ({
  ovsVersion: ovsdbText(row['ovs_version']) || undefined,
  externalIds: ovsdbMap(row['external_ids']),
  otherConfig: ovsdbMap(row['other_config']),
});

const parseBridge = (row: JsonRecord, ports: ReadonlyMap<string, Port>): Bridge => ({
  name: ovsdbText(row['name']) ?? '',
  failMode: ovsdbText(row['fail_mode']),
  datapathType: ovsdbText(row['datapath_type']) || 'system',
  externalIds: ovsdbMap(row['external_ids']),
  ports: referenced(row['ports'], ports).sort(byName),
});

const parsePort = (row: JsonRecord, interfaces: ReadonlyMap<string, Interface>): Port => ({
  name: ovsdbText(row['name']) ?? '',
  tag: ovsdbNumber(row['tag']),
  externalIds: ovsdbMap(row['external_ids']),
  interfaces: referenced(row['interfaces'], interfaces),
});

const parseInterface = (row: JsonRecord): Interface => ({
  name: ovsdbText(row['name']) ?? '',
  type: ovsdbText(row['type']) ?? '',
  options: withoutSecrets(ovsdbMap(row['options'])),
  error: ovsdbText(row['error']) || undefined,
  externalIds: ovsdbMap(row['external_ids']),
  ofport: ovsdbNumber(row['ofport']),
  adminState: ovsdbText(row['admin_state']),
  linkState: ovsdbText(row['link_state']),
});

/** psk is the key of a tunnel with IPsec. */
const withoutSecrets = (options: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...options].map(([key, value]) => [key, key === 'psk' ? '<hidden>' : value]));

const referenced = <Value>(column: unknown, rows: ReadonlyMap<string, Value>): Value[] =>
  ovsdbUuids(column).flatMap((uuid) => rows.get(uuid) ?? []);

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
