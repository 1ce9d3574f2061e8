import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { SCRIPTS_HERE } from '../cli/begin-here.ts';
import { HERE_SCRIPT } from '../cli/compiled.ts';
import { sourcesHere } from '../cli/here.ts';
import { MARK_TO_COME } from '../transports/mark.ts';
import { renderScript } from '../transports/script.ts';
import { COMMON_PLUGINS } from './bundle-plugins.ts';
import { REPLACED } from './without-cluster.ts';

const ROOT = join(import.meta.dirname, '..');

/** Takes what is loaded later, as other options want it, from the program's own bundle; but not the checks of every run. */
const laterPartsFrom = (program: Metafile, outdir: string): Plugin => ({
  name: 'later-parts',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      const file = join(resolveDir, path);
      if (kind !== 'dynamic-import' || file === REPLACED) return undefined;
      const name = relative(ROOT, file);
      const found = Object.entries(program.outputs).find(([, { entryPoint }]) =>
        [name, `part:${file}`].includes(entryPoint ?? ''),
      );
      if (found === undefined) throw new Error(`${name} is no part of the program's bundle`);
      return { path: `./${relative(outdir, join(ROOT, found[0]))}`, external: true };
    });
  },
});

/** Bundles what examines this machine into one script, and writes what this machine is asked by beside it. */
export async function bundleHere(outdir: string, program: Metafile): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/here.ts'],
    outfile: join(outdir, HERE_SCRIPT),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    plugins: [...COMMON_PLUGINS, laterPartsFrom(program, outdir)],
    define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    legalComments: 'linked',
    logLevel: 'warning',
  });
  for (const [index, sources] of sourcesHere().entries())
    await writeFile(join(outdir, SCRIPTS_HERE[index] ?? ''), renderScript(sources, MARK_TO_COME));
}
