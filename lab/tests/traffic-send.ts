/*
 * Measures traffic between the nodes of an inventory, as a process that a test can kill. Argument: the inventory file.
 */

import process from 'node:process';
import { measureNodes } from './traffic-measure.ts';

await measureNodes(process.argv[2] ?? '', {
  progress: (line) => process.stdout.write(`${line}\n`),
});
process.stdout.write('done\n');
