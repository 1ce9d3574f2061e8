import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { catalogueWithoutCluster, REPLACED } from './without-cluster.ts';

/*
 * Bundles bin/ into dist/, or the directory named: one file per lazily imported part, so that a command loads only
 * what it needs.
 */
const root = join(import.meta.dirname, '..');
const outdir = process.argv[2] ?? join(root, 'dist');

/**
 * What packages load at their start for things that we never ask of them, by package; it costs a tenth of a second.
 * commander starts subcommands that are programs of their own; ssh2 has a server and HTTP agents.
 */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  commander: ['node:child_process'],
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

const withoutClusterChecks: Plugin = {
  name: 'without-cluster-checks',
  setup({ onLoad }) {
    onLoad({ filter: /\/without-cluster\.ts$/ }, async ({ path }) =>
      path === REPLACED ? { contents: await catalogueWithoutCluster(), loader: 'ts' } : undefined,
    );
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['bin/dpu-doctor.ts'],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  plugins: [withoutTheUnused, withoutClusterChecks],
  // ssh2 and its kin are CommonJS and look for these. An import of node:module would load more than it gives.
  banner: {
    js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  // Optional native parts of ssh2: they bring no speed that was measurable, and it does without them.
  external: ['cpu-features', '*.node'],
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod(join(outdir, 'dpu-doctor.js'), 0o755);
