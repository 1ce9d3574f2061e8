import { defineFact } from './fact.ts';
import { existing, paths } from './sources.ts';

const MODULES = ['br_netfilter', 'openvswitch'] as const;

/** Modules that are loaded, or built into the kernel and running, with the path that shows it. */
export const kernelModules = defineFact({
  title: 'kernel modules',
  sources: {
    found: paths(
      ...MODULES.map((name) => existing(`/sys/module/${name}`)),
      existing('/proc/sys/net/bridge/bridge-nf-call-iptables'),
    ),
  },
  parse: ({ found }): ReadonlyMap<string, string> =>
    new Map(
      found.map((path) => [
        path.startsWith('/proc/') ? 'br_netfilter' : (path.split('/').at(-1) ?? ''),
        path,
      ]),
    ),
});
