import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCRIPTS_HERE } from '../cli/begin-here.ts';
import { compiledHere, HERE_SCRIPT, loadScript } from '../cli/compiled.ts';
import { sourcesHere } from '../cli/here.ts';
import { DEFAULT_FLAGS } from '../cli/limits.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import type { BegunShell } from '../transports/ahead.ts';
import { withMark } from '../transports/mark.ts';
import { parseRecording } from '../transports/recording.ts';

/*
 * Runs what examines this machine once, and keeps its compiled code: that of the functions which were called. The machine
 * is not asked: in place of its shells, a recorded DPU of the demo says what it once said.
 */
const outdir = process.argv[2] ?? '';
const result = parseRecording(readFileSync(join(import.meta.dirname, '../fixtures/demo/dpu1.json'), 'utf8'));
if (!result.ok) throw new Error(result.problem);
const { answers } = result.recording;

const shells = sourcesHere().map((sources, index): BegunShell => {
  const mark = `compiling-${index}`;
  const script = withMark(readFileSync(join(outdir, SCRIPTS_HERE[index] ?? ''), 'utf8'), mark);
  return {
    mark,
    shell: { script, listen: async (options) => replay(sources, mark, options), end: () => {} },
  };
});
const here = loadScript<typeof import('../cli/here.ts')>(join(outdir, HERE_SCRIPT));
await here.exports.runHere(DEFAULT_FLAGS, shells);
writeFileSync(compiledHere(outdir), here.compiledCode());

/** Says on both streams what the recorded node said, in frames as its shell would. */
async function replay(
  sources: readonly Source[],
  mark: string,
  options: Parameters<BegunShell['shell']['listen']>[0],
) {
  const say = (stdout: string, stderr: string): void => {
    options.onStdout(Buffer.from(stdout));
    options.onStderr(Buffer.from(stderr));
  };
  const both = (text: string): void => say(text, text);
  options.onSent?.();
  both(`\n${mark} H 1\n`);
  for (const [number, source] of sources.entries()) {
    for (const part of partsOf(source)) {
      both(`\n${mark} B ${number}${part.path === '' ? '' : ` ${part.path}`}\n`);
      say(part.stdout, part.stderr);
      both(`\n${mark} E ${number} ${part.exitCode}\n`);
    }
    both(`\n${mark} D ${number}\n`);
    // As from a pipe, piece by piece.
    await new Promise(setImmediate);
  }
  both(`\n${mark} Z\n`);
  return { exitCode: 0, signal: undefined };
}

function partsOf(source: Source) {
  const answer = answers[sourceKey(source)];
  return answer !== undefined && 'parts' in answer ? answer.parts : [];
}
