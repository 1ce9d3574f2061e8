import process from 'node:process';
import { faultsOf } from './faults/index.ts';
import { upNetnsLab } from './lab.ts';
import { snapshot } from './snapshot.ts';
import type { TopologyOptions } from './topology.ts';
import { waitFor } from './wait.ts';

// Shows of each fault that it changes something a node can see, and that undoing it puts that back.
// usage: node lab/netns/verify-faults.ts [topology] [fault…]

const [topology = 'bluefield', ...only] = process.argv.slice(2);
const lab = await upNetnsLab({ name: 'verify-faults', topology } as { name: string } & TopologyOptions);
try {
  for (const fault of faultsOf(lab.topology)) {
    if (only.length > 0 && !only.includes(fault.name)) continue;
    const start = performance.now();
    const before = await snapshot(lab);
    const undo = await fault.apply(lab);
    const broken = await snapshot(lab);
    const applied = performance.now();
    await undo();
    let after = before;
    const restored = waitFor(`the lab to be as before ${fault.name}`, async () => {
      after = await snapshot(lab);
      return after.join('\n') === before.join('\n');
    });
    const complaint = await restored.then(
      () => '',
      (error: Error) => error.message,
    );
    report(fault.name, applied - start, performance.now() - applied);
    if (complaint) {
      process.exitCode = 1;
      process.stdout.write(`  ${complaint}\n${difference(before, after)}`);
    } else {
      process.stdout.write(difference(before, broken) || '  CHANGED NOTHING THAT IS LOOKED AT\n');
    }
  }
} finally {
  await lab.down();
}

function report(name: string, apply: number, undo: number): void {
  process.stdout.write(`${name}: applied in ${apply.toFixed(0)} ms, undone in ${undo.toFixed(0)} ms\n`);
}

function difference(before: string[], after: string[]): string {
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `  - ${line}\n`),
    ...after.filter((line) => !before.includes(line)).map((line) => `  + ${line}\n`),
  ];
  return lines.slice(0, 12).join('');
}
