import type { FactFailure } from '../facts/fact.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import type { RawOutcome } from './ask.ts';
import type { NodeAccess } from './connect.ts';
import type { ReadRecording } from './recording.ts';
import { TransportError } from './transport.ts';

/** A node that answers out of a file written by {@link record}. The file is read at the first question. */
export function recordedNode(file: string): NodeAccess {
  let recording: Promise<ReadRecording> | undefined;
  return {
    uri: `recorded:${file}`,
    async ask(sources) {
      recording ??= read(file);
      const { answers } = await recording;
      return new Map(sources.map((source) => [source, answer(file, answers, source)]));
    },
    close: async () => {},
  };
}

function answer(file: string, answers: ReadRecording['answers'], source: Source): RawOutcome {
  const key = sourceKey(source);
  const found = Object.hasOwn(answers, key) ? answers[key] : undefined;
  if (found === undefined) return { ok: false, failure: notRecorded(file, key) };
  // Left-out properties come back as undefined ones, which a failure's type does not know.
  return 'parts' in found
    ? { ok: true, parts: found.parts }
    : { ok: false, failure: found.failure as FactFailure };
}

const notRecorded = (file: string, key: string): FactFailure => ({
  code: 'not-recorded',
  message: `the recording ${file} has no answer to: ${key}`,
  hint: 'Record the node again with this version of dpu-doctor.',
});

async function read(file: string): Promise<ReadRecording> {
  const hint = 'Give a file that dpu-doctor has recorded.';
  let text: string;
  try {
    const { readFile } = await import('node:fs/promises');
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError('configuration', `the recording ${file} can't be read: ${reason}`, hint);
  }
  const { parseRecording } = await import('./recording.ts');
  const result = parseRecording(text);
  if (result.ok) return result.recording;
  throw new TransportError('configuration', `${file} is no recording of a node: ${result.problem}`, hint);
}
