import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/*
 * Bundles bin/ into dist/: one file per lazily imported part, so that a command loads only what it needs.
 * ssh2 and its kin are CommonJS and look for require, __filename and __dirname.
 */
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

const outdir = new URL('../dist/', import.meta.url).pathname;
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [new URL('../bin/dpu-doctor.ts', import.meta.url).pathname],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  // Optional native parts of ssh2: they bring no speed that was measurable, and it does without them.
  external: ['cpu-features', '*.node'],
  banner: { js: COMMONJS },
  legalComments: 'linked',
  logLevel: 'warning',
});
await chmod(`${outdir}dpu-doctor.js`, 0o755);
