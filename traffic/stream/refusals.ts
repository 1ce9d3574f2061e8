import { defineFact } from '../../facts/fact.ts';
import { findOvs, ovsAsRoot } from '../../facts/ovs-program.ts';
import { shell } from '../../facts/sources.ts';

const LOG = '/var/log/openvswitch/ovs-vswitchd.log';

/* `failed to offload flow: Operation not supported: …` (lib/dpif-netlink.c), `… offload …: not supported` of providers. */
const PATTERN =
  '(fail|refus|unsupport|not support|reject|error).*offload|offload.*(fail|refus|unsupport|not support|reject|error)';

const GREP = ['grep', '-iE', PATTERN, LOG];

const MOST_LINES = 200;

/** The last lines of ovs-vswitchd's log about flows that the hardware did not take. */
export const refusedFlows = defineFact({
  title: "ovs-vswitchd's log lines about refused flows",
  sources: {
    lines: shell(
      `lines about offload that failed in ${LOG}`,
      `(\n${findOvs('ovs-appctl')}\novs grep -iE '${PATTERN}' ${LOG} </dev/null | tail -n ${MOST_LINES}\n)`,
      ['grep', 'tail', 'chroot'],
      ovsAsRoot(...GREP),
    ),
  },
  parse: ({ lines: { stdout } }): readonly string[] => stdout.split('\n').filter((line) => line !== ''),
});

/** Those that came between the first reading and the last; undefined where the log was not read twice. */
export function refusalsOf(readings: readonly (readonly string[])[] = []): readonly string[] | undefined {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || readings.length < 2) return undefined;
  const old = new Set(first);
  return last.filter((line) => !old.has(line));
}
