import { join } from 'node:path';
import { safeLine } from '../reporters/safe-text.ts';
import type { GatheredNode } from '../runner/gather.ts';

/** Keeps what the nodes said. A recording that can't be written costs nobody the report. */
export interface Recorder {
  /** Writes what a node said to `<directory>/<node>.json`. A node that said nothing leaves no file. */
  write(gathered: GatheredNode): Promise<void>;
  /** Tells of the recordings that could not be written; true where there are any. */
  tellFailures(say: (text: string) => void): boolean;
}

export function recorder(directory: string): Recorder {
  const failures: string[] = [];
  return {
    async write({ node, uri, answers, unreachable }) {
      if (unreachable !== undefined) return;
      const { makeFolder } = await import('../reporters/atomic-file.ts');
      const { formatRecording, record } = await import('../transports/recording.ts');
      const file = join(directory, `${node.name.replace(/[^A-Za-z0-9_.@-]/g, '_')}.json`);
      try {
        await makeFolder(directory);
        const text = formatRecording(record({ name: node.name, uri }, answers));
        const { writeFile } = await import('node:fs/promises');
        await writeFile(file, text, { mode: 0o600 });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push(safeLine(`the recording ${file} could not be written: ${reason}`));
      }
    },
    tellFailures(say) {
      for (const failure of failures)
        say(`${failure}\n  Name a directory for --record that you may write to, with room in it.\n`);
      return failures.length > 0;
    },
  };
}
