import { defineFact } from './fact.ts';
import { attributes } from './sources.ts';

const SYSCTLS = [
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.all.forwarding',
  'fs.inotify.max_user_watches',
  'fs.inotify.max_user_instances',
] as const;

export type Sysctl = (typeof SYSCTLS)[number];

/** Where the kernel shows a setting. */
export const sysctlPath = (name: Sysctl): string => `/proc/sys/${name.replaceAll('.', '/')}`;

/** Kernel settings by name, of the node's own network namespace; one that the kernel does not have is absent. */
export const sysctls = defineFact({
  title: 'kernel settings',
  sources: { values: attributes(...SYSCTLS.map(sysctlPath)) },
  parse: ({ values: { values } }): ReadonlyMap<Sysctl, string> =>
    new Map(
      SYSCTLS.flatMap((name): [Sysctl, string][] => {
        const value = values.get(sysctlPath(name));
        return value === undefined ? [] : [[name, value]];
      }),
    ),
});
