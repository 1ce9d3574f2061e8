import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatheredNode } from '../runner/gather.ts';
import { UsageError } from './usage-error.ts';

/** Writes what each node said to `<directory>/<node>.json`. A node that said nothing leaves no file. */
export function recorder(directory: string): (gathered: GatheredNode) => Promise<void> {
  return async ({ node, uri, answers, unreachable }) => {
    if (unreachable !== undefined) return;
    const { formatRecording, record } = await import('../transports/recording.ts');
    const file = join(directory, `${node.name.replace(/[^A-Za-z0-9_.-]/g, '_')}.json`);
    try {
      await mkdir(directory, { recursive: true });
      const text = formatRecording(record({ name: node.name, uri }, answers));
      await writeFile(file, text, { mode: 0o600 });
    } catch (error) {
      throw new UsageError(
        `the recording ${file} can't be written: ${error instanceof Error ? error.message : String(error)}`,
        'Name a directory for --record that you may write to.',
      );
    }
  };
}
