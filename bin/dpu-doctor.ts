#!/usr/bin/env node
import { compileCache, useCompileCache } from '../cli/compile-cache.ts';

useCompileCache(compileCache(import.meta.dirname));
const { main } = await import('../cli/main.ts');
const code = await main(process.argv.slice(2));
// What was said is to be read to its end; nothing else is waited for.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((written) => stream.write('', () => written()));
process.exit(code);
