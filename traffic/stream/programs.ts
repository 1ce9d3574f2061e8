import { defineFact } from '../../facts/fact.ts';
import { shell } from '../../facts/sources.ts';

/** What an endpoint can send a stream with. */
export interface StreamPrograms {
  readonly iperf3: boolean;
  /** The words that start nc; undefined where there is none. */
  readonly nc: readonly string[] | undefined;
}

const SCRIPT = `for p in iperf3 nc busybox timeout; do command -v "$p" >/dev/null 2>&1 && echo "$p"; done
busybox nc --help 2>&1 </dev/null | grep -q '^Usage: nc' && echo 'busybox nc'
true`;

export const streamPrograms = defineFact({
  title: 'programs to send a stream with',
  sources: { found: shell('command -v iperf3 nc busybox timeout', SCRIPT, ['busybox', 'grep']) },
  parse({ found: { stdout } }): StreamPrograms {
    const has = new Set(stdout.split('\n'));
    // Whatever listens must end by itself, when nobody comes.
    if (!has.has('timeout')) return { iperf3: false, nc: undefined };
    const nc = has.has('nc') ? ['nc'] : has.has('busybox nc') ? ['busybox', 'nc'] : undefined;
    return { iperf3: has.has('iperf3'), nc };
  },
});
