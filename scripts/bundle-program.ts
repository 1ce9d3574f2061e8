import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { COMMON_PLUGINS } from './bundle-plugins.ts';
import { REPLACED } from './without-cluster.ts';

const ROOT = join(import.meta.dirname, '..');

/** What is loaded by itself: what begins to ask this machine, what examines nodes, and what reads the command line. */
const [beginHere, here, commandLine] = ['begin-here.ts', 'here.ts', 'command-line.ts'].map((name) =>
  join(ROOT, 'cli', name),
);

/** Parts that share code with checks. */
const SHARING_WITH_CHECKS = [
  'checks/index.ts',
  'cli/catalogue.ts',
  'cli/inventory.ts',
  'cli/topology.ts',
  'traffic/measure.ts',
].map((name) => join(ROOT, name));

/**
 * esbuild makes a file of its own for each set of parts that share something, three dozen of them for a run, and each
 * takes Node half a millisecond. So every part loads all that is common to runs, and what shares code with checks
 * loads those of every run: then what is shared is in few files.
 */
const commonParts: Plugin = {
  name: 'common-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir, importer }) => {
      const file = join(resolveDir, path);
      const isPart = kind === 'dynamic-import' && !importer.includes('/node_modules/');
      return isPart && ![beginHere, here, commandLine].includes(file)
        ? { path: file, namespace: 'part' }
        : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: `import '${here}'; ${SHARING_WITH_CHECKS.includes(path) ? `import '${REPLACED}';` : ''} export * from '${path}';`,
      resolveDir: ROOT,
    }));
  },
};

/** Bundles bin/: one file per lazily imported part, so that a command loads only what it needs. Tells which is where. */
export async function bundleProgram(outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['bin/dpu-doctor.ts'],
    outdir,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    plugins: [...COMMON_PLUGINS, commonParts],
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
  return metafile;
}
