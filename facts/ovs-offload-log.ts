import { defineFact } from './fact.ts';
import { record } from './json.ts';
import { findOvs, ovsAsRoot } from './ovs-program.ts';
import { ovsdbMap } from './ovsdb-json.ts';
import { shell } from './sources.ts';

/** What OVS wrote down about hardware offload: in the daemon's log and in the database's own journal. */
export interface OvsOffloadLog {
  /** ovs-vswitchd's log can be read. */
  readonly logReadable: boolean;
  /** Its lines about starts of the daemon, its version, and offload being turned on, oldest first. */
  readonly lines: readonly OffloadLine[];
  /** The values of other_config:hw-offload that the database's journal holds, oldest first; empty where it can't be read. */
  readonly values: readonly OffloadValue[];
  /** When the node was booted, in milliseconds since the epoch; undefined where there is nothing to compare it with. */
  readonly bootedAt: number | undefined;
  /** The line of upcall/show about offloaded flows; asked for only where the log tells nothing about the last start. */
  readonly upcall: string | undefined;
}

export interface OffloadLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** started is a daemon's first line, version tells its version, enabled that it turned offload on. */
  readonly kind: 'started' | 'version' | 'enabled';
  readonly text: string;
}

export interface OffloadValue {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: string | undefined;
  /** The journal was compacted at this time: the value is at least as old. */
  readonly snapshot: boolean;
}

const LOG = '/var/log/openvswitch/ovs-vswitchd.log';
const JOURNALS = ['/etc/openvswitch/conf.db', '/var/lib/openvswitch/conf.db'];

/*
 * The daemon's messages are numbered: 00001 opens the log at a start, and not when the log is rotated.
 * "Flow API Enabled" is what OVS up to 3.5 writes when it turns offload on, "Flow HW offload is enabled" later ones.
 * The journal has one JSON object a line; only those that set Open_vSwitch's other_config are wanted.
 */
const PICK = String.raw`
/^btime /p
/\|00001\|vlog\|INFO\|opened log file|\|bridge\|INFO\|ovs-vswitchd \(Open vSwitch\)|Flow API Enabled|Flow HW offload is enabled/{p;b
}
/"Open_vSwitch":\{"[^"]*":\{[^}]*"other_config"/{
h
s/.*"_date":([0-9]+).*/date \1/p
g
s/.*"_is_diff":true.*/diff/p
g
s/.*"_comment":"(compact|convert).*/snapshot/p
g
s/.*"Open_vSwitch":\{"[^"]*":(\{[^}]*\}).*/row \1/p
}`;

/*
 * A log is rotated and a journal compacted in a few weeks. Then the daemon itself is asked: upcall/show counts offloaded
 * flows, be it 0, only where a port was given an offload API, which is at the same moment as the line in the log.
 */
const SCRIPT = `(
${findOvs('ovs-appctl')}
set --
for f in ${[LOG, ...JOURNALS].join(' ')}; do
  $as_root test -r "$f" || continue
  set -- "$@" "$f"
  case $f in *.log) echo 'log readable' ;; *) break ;; esac
done
found=
[ $# = 0 ] || found=$($as_root sed -nE '${PICK}' "$@" /proc/stat)
printf '%s\\n' "$found"
told=
set -f
IFS='
'
for line in $found; do
  case $line in
    *'|opened log file'*) told= ;;
    *'Flow API Enabled'*|*'Flow HW offload is enabled'*) told=yes ;;
  esac
done
unset IFS
[ "$told" ] || ovs_absent ||
  ovs ovs-appctl --timeout=5 upcall/show </dev/null | sed -n 's/^ *offloaded flows/upcall &/p'
true
) 2>/dev/null`;

const RUNS = ['test', 'sed', 'ovs-appctl --timeout=5 upcall/show', 'chroot'];

/** The log and the first database that may be read, or one of the two. */
const READ = [[LOG], ...JOURNALS.flatMap((journal) => [[LOG, journal], [journal]])].map((files) => [
  'sed',
  '-nE',
  PICK,
  ...files,
  '/proc/stat',
]);

const AS_ROOT = [
  ...[LOG, ...JOURNALS].map((file) => ['test', '-r', file]),
  ...READ,
  ...ovsAsRoot('ovs-appctl', '--timeout=5', 'upcall/show'),
];

export const ovsOffloadLog = defineFact({
  title: "Open vSwitch's records about hardware offload",
  sources: {
    records: shell(`Flow API lines of ${LOG}, other_config in conf.db`, SCRIPT, RUNS, AS_ROOT),
  },
  parse({ records: { stdout } }): OvsOffloadLog {
    const lines = stdout.split('\n');
    return {
      logReadable: lines.includes('log readable'),
      lines: lines.map(parseLogLine).filter((line) => line !== undefined),
      values: parseJournal(lines),
      bootedAt: parseBootTime(lines),
      upcall: lines
        .find((line) => line.startsWith('upcall '))
        ?.slice('upcall '.length)
        .trim(),
    };
  },
});

/** /proc/stat has it in seconds, proc(5). */
function parseBootTime(lines: readonly string[]): number | undefined {
  const seconds = /^btime (\d{1,12})$/.exec(lines.find((line) => line.startsWith('btime ')) ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** 2019-09-23T03:14:48.824Z|00035|netdev_offload|INFO|netdev: Flow API Enabled */
function parseLogLine(text: string): OffloadLine | undefined {
  const at = Date.parse(/^(\d{4}-\d\d-\d\dT[\d:.]+Z)\|/.exec(text)?.[1] ?? '');
  if (Number.isNaN(at)) return undefined;
  if (text.includes('|opened log file')) return { at, kind: 'started', text };
  return { at, kind: text.includes('|ovs-vswitchd (Open vSwitch)') ? 'version' : 'enabled', text };
}

/** Replays the journal: since OVS 2.15 a transaction holds only the difference of a map (`_is_diff`). */
function parseJournal(lines: readonly string[]): readonly OffloadValue[] {
  const values: OffloadValue[] = [];
  let at = Number.NaN;
  let diff = false;
  let snapshot = false;
  let value: string | undefined;
  for (const line of lines) {
    if (line.startsWith('date ')) {
      at = Number(line.slice('date '.length));
      diff = false;
      snapshot = false;
    } else if (line === 'diff') {
      diff = true;
    } else if (line === 'snapshot') {
      snapshot = true;
    } else if (line.startsWith('row ')) {
      const row = record(parseJson(line.slice('row '.length)));
      const given = ovsdbMap(row['other_config']).get('hw-offload');
      // In a difference, an equal pair removes it and an absent one leaves it.
      const next = diff ? (given === undefined ? value : given === value ? undefined : given) : given;
      if (values.length === 0 || next !== value) values.push({ at, value: next, snapshot });
      value = next;
    }
  }
  return values.filter((entry) => Number.isFinite(entry.at));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
