import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { compileCache } from '../cli/compile-cache.ts';
import { catalogueWithoutCluster, REPLACED } from './without-cluster.ts';

/*
 * Bundles bin/ into dist/, or the directory named: one file per lazily imported part, so that a command loads only
 * what it needs.
 */
const root = join(import.meta.dirname, '..');
const outdir = process.argv[2] ?? join(root, 'dist');

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

/** What a run on the node loads, in this order. */
const [main, here, commandLine, commands] = ['main.ts', 'here.ts', 'command-line.ts', 'commands.ts'].map(
  (name) => join(root, 'cli', name),
);

/**
 * esbuild makes a file of its own for each set of parts that share something, three dozen of them for a run, and each
 * takes Node a third of a millisecond. So every part loads all that is common to runs, which then is in two files.
 */
const commonParts: Plugin = {
  name: 'common-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir, importer }) => {
      const file = join(resolveDir, path);
      const isPart = kind === 'dynamic-import' && !importer.includes('/node_modules/');
      return isPart && ![main, here, commandLine, commands].includes(file)
        ? { path: file, namespace: 'part' }
        : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: `import '${commands}'; export * from '${path}';`,
      resolveDir: root,
    }));
    onLoad({ filter: /\/cli\/commands\.ts$/ }, async ({ path }) => ({
      contents: `import '${here}';\n${await readFile(path, 'utf8')}`,
      loader: 'ts',
    }));
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
  plugins: [withoutTheUnused, processAsGlobal, commonParts, withoutClusterChecks],
  // ssh2 and its kin are CommonJS and look for these. Most files need no node:module, so it is loaded when it is asked.
  banner: {
    js: "const require=(name)=>globalThis.process.getBuiltinModule('node:module').createRequire(import.meta.url)(name);",
  },
  define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  // Optional native parts of ssh2: they bring no speed that was measurable, and it does without them.
  external: ['cpu-features', '*.node'],
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod(join(outdir, 'dpu-doctor.js'), 0o755);
await fillCompileCache();

/**
 * Runs what people run most, once, and keeps the compiled code, that of functions which were called with it. Nodes before
 * 25 know no cache that may be moved together with the bundle, as installing does: they do without.
 */
async function fillCompileCache(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 25) return;
  await mkdir(compileCache(outdir), { recursive: true });
  const recorded = `recorded:${join(root, 'fixtures/demo/dpu1.json')}`;
  // The recorded DPU has faults, so it does not end with 0.
  for (const args of [['run', '--quiet', '--target', recorded], ['demo', '--quiet'], ['--help']])
    await new Promise<void>((ended) => {
      execFile(process.execPath, [join(outdir, 'dpu-doctor.js'), ...args], () => ended());
    });
}
