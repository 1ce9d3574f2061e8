#!/usr/bin/env node
import { main } from '../cli/main.ts';

const code = await main(process.argv.slice(2), import.meta.dirname);
// What was said is to be read to its end; nothing else is waited for.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((written) => stream.write('', () => written()));
process.exit(code);
