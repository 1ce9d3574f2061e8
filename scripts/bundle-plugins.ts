import type { Plugin } from 'esbuild';
import { catalogueWithoutCluster, REPLACED } from './without-cluster.ts';

/* How parts are put into a bundle so that a program which runs for a tenth of a second loads nothing that it does not use. */

/**
 * What packages load at their start for things that we never ask of them, by package; it costs a tenth of a second.
 * commander looks for subcommands that are programs of their own and starts them; ssh2 has a server and HTTP agents.
 */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  commander: ['node:child_process', 'node:fs'],
  ssh2: ['./http-agents.js', './server.js', './keygen.js'],
};

const withoutTheUnused: Plugin = {
  name: 'without-the-unused',
  setup({ onResolve, onLoad }) {
    for (const [name, paths] of Object.entries(UNUSED)) {
      onResolve({ filter: /.*/ }, ({ path, importer }) =>
        paths.includes(path) && importer.includes(`/node_modules/${name}/`)
          ? { path, namespace: 'unused' }
          : undefined,
      );
    }
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Whoever imports node:util has Node load all that it re-exports, a dozen modules; commander wants one function, for help. */
const utilWhenCalled: Plugin = {
  name: 'util-when-called',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:util$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? { path, namespace: 'when-called' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'when-called' }, () => ({
      contents: `export const stripVTControlCharacters = (text) =>
        process.getBuiltinModule('node:util').stripVTControlCharacters(text);`,
    }));
  },
};

/** Whoever imports node:process has Node set up all that it can give; the global gives what it is asked for. */
const processAsGlobal: Plugin = {
  name: 'process-as-global',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?process$/ }, () => ({ path: 'process', namespace: 'global' }));
    onLoad({ filter: /.*/, namespace: 'global' }, () => ({
      contents: 'module.exports = globalThis.process;',
    }));
  },
};

const withoutClusterChecks: Plugin = {
  name: 'without-cluster-checks',
  setup({ onLoad }) {
    onLoad({ filter: /\/without-cluster\.ts$/, namespace: 'file' }, async ({ path }) =>
      path === REPLACED ? { contents: await catalogueWithoutCluster(), loader: 'ts' } : undefined,
    );
  },
};

export const COMMON_PLUGINS: readonly Plugin[] = [
  withoutTheUnused,
  utilWhenCalled,
  processAsGlobal,
  withoutClusterChecks,
];
