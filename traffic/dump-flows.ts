import { findOvs, ovsAsRoot } from '../facts/ovs-program.ts';
import type { Source } from '../facts/source.ts';
import { shell } from '../facts/sources.ts';
import { quote } from '../transports/quote.ts';

const DUMP = ['ovs-appctl', '--timeout=5', 'dpctl/dump-flows', '-m', '--names'] as const;
const DATAPATHS = ['ovs-appctl', '--timeout=5', 'dpctl/dump-dps'] as const;

/**
 * The flows of all datapaths whose lines match a pattern of grep -E, `most` of them and the last ones where there are more;
 * then a line `exit N` with the exit code of the dumps. Where there are several datapaths each has to be named ("multiple
 * datapaths, specify one"), so each is.
 */
export function dumpFlows(title: string, pattern: string, most: number): Source {
  const script = `(
${findOvs('ovs-appctl')}
set -f
{
  dps=$(ovs ${DATAPATHS.join(' ')})
  code=$?
  for dp in $dps; do ovs ${DUMP.join(' ')} "$dp" </dev/null || code=$?; done
  echo "exit $code"
} | grep -E ${quote(`^exit [0-9]+$|${pattern}`)} | tail -n ${most + 1}
)`;
  const runs = [DUMP.join(' '), DATAPATHS.join(' '), 'grep', 'tail'];
  return shell(title, script, runs, [...ovsAsRoot(...DUMP), ...ovsAsRoot(...DATAPATHS)]);
}
