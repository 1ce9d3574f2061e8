import { defineFact, succeeded } from './fact.ts';
import { shell } from './sources.ts';

/** A feature as `ethtool -k` prints it. */
export interface Feature {
  readonly on: boolean;
  /** The driver does not let it be changed. */
  readonly fixed: boolean;
  /** The line as printed. */
  readonly said: string;
}

/* One call for all devices is a tenth of one for each; ethtool before 5.9 has no wildcard and fails then. A
 * node without hardware network devices is not asked: nothing virtual offloads. */
const SCRIPT = `set -- /sys/class/net/*/device
if [ -e "$1" ]; then
  if command -v ethtool >/dev/null 2>&1; then
    {
      ethtool -k '*' 2>/dev/null || for p in /sys/class/net/*; do ethtool -k "\${p##*/}" 2>/dev/null; done
    } | grep -E '^(Features for |hw-tc-offload:)' || [ $? = 1 ]
  else
    echo 'ethtool: not found' >&2
    (exit 127)
  fi
fi`;

/** hw-tc-offload of each network device, by name; those whose driver does not know it are missing. */
export const ethtool = defineFact({
  title: 'offload features of network devices',
  sources: {
    features: shell(`ethtool -k '*'`, SCRIPT, [`ethtool -k '*'`, 'ethtool -k <netdev>', 'grep']),
  },
  parse({ features }): ReadonlyMap<string, Feature> {
    const byName = new Map<string, Feature>();
    let name: string | undefined;
    for (const line of succeeded(features).split('\n')) {
      name = /^Features for (.+):$/.exec(line)?.[1] ?? name;
      const [said, value] = /^hw-tc-offload: (on|off)\b.*$/.exec(line) ?? [];
      if (name !== undefined && said !== undefined)
        byName.set(name, { on: value === 'on', fixed: said.includes('[fixed]'), said });
    }
    return byName;
  },
});
