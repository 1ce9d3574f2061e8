import { defineFact, succeeded } from './fact.ts';
import { shell } from './sources.ts';

/** The programs that checks or the documents call for. */
export const TOOLS = ['ip', 'ethtool', 'lspci', 'devlink', 'ovs-vsctl', 'ovs-appctl', 'bridge'] as const;

export type Tool = (typeof TOOLS)[number];

/** Where the shell finds each program; one that is absent is not installed. */
export const tools = defineFact({
  title: 'installed tools',
  sources: {
    found: shell(
      `command -v ${TOOLS.join(' ')}`,
      `for t in ${TOOLS.join(' ')}; do printf '%s ' "$t"; command -v "$t" || echo; done`,
      [],
    ),
  },
  parse: ({ found }): ReadonlyMap<Tool, string> => {
    const lines = succeeded(found).split('\n');
    return new Map(
      TOOLS.flatMap((tool): [Tool, string][] => {
        const path = lines.find((line) => line.startsWith(`${tool} /`))?.slice(tool.length + 1);
        return path === undefined ? [] : [[tool, path]];
      }),
    );
  },
});
