import * as v from 'valibot';
import { redact } from '../bundle/redact.ts';
import type { FactFailure } from '../facts/fact.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import type { RawOutcome } from './ask.ts';

const FAILURE_CODES = [
  'missing-program',
  'permission',
  'timeout',
  'too-much-output',
  'unparsable',
  'command-failed',
  'not-recorded',
  'not-found',
  'no-packets',
  'unsupported',
  'unreachable',
  'interrupted',
] as const satisfies readonly FactFailure['code'][];

const partSchema = v.strictObject({
  path: v.optional(v.string(), ''),
  exitCode: v.optional(v.pipe(v.number(), v.integer()), 0),
  stdout: v.optional(v.string(), ''),
  stderr: v.optional(v.string(), ''),
});

const failureSchema = v.strictObject({
  code: v.picklist(FAILURE_CODES),
  message: v.string(),
  hint: v.optional(v.string()),
  evidence: v.optional(v.strictObject({ source: v.string(), said: v.string() })),
});

const recordingSchema = v.strictObject({
  format: v.literal(1),
  node: v.strictObject({
    name: v.string(),
    uri: v.string(),
    recordedAt: v.optional(v.string()),
  }),
  answers: v.record(
    v.string(),
    v.union([v.strictObject({ parts: v.array(partSchema) }), v.strictObject({ failure: failureSchema })]),
  ),
});

/** What a node once answered, source by source, as it is kept in a file. */
export type Recording = v.InferInput<typeof recordingSchema>;

/** A recording as it is read: everything that may be left out is there. */
export type ReadRecording = v.InferOutput<typeof recordingSchema>;

/** Reads a recording; the problem names the place in the file. */
export function parseRecording(
  text: string,
):
  | { readonly ok: true; readonly recording: ReadRecording }
  | { readonly ok: false; readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: `it is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const result = v.safeParse(recordingSchema, json);
  if (result.success) return { ok: true, recording: result.output };
  const [issue] = result.issues;
  return { ok: false, problem: `${v.getDotPath(issue) ?? 'at its start'}: ${issue.message}` };
}

/** Turns what a node answered into a recording, with everything taken out that looks like a secret. */
export function record(node: Recording['node'], outcomes: ReadonlyMap<Source, RawOutcome>): Recording {
  const answers = [...outcomes]
    .map(([source, outcome]): [string, Recording['answers'][string]] => [
      sourceKey(source),
      recorded(outcome),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { format: 1, node, answers: Object.fromEntries(answers) };
}

/** The file's text: stable, and a line for each value, so that two recordings can be compared. */
export const formatRecording = (recording: Recording): string =>
  `${JSON.stringify(recording, undefined, 1)}\n`;

function recorded(outcome: RawOutcome): Recording['answers'][string] {
  if (!outcome.ok) {
    const { code, message, hint, evidence } = outcome.failure;
    return {
      failure: {
        code,
        message: redact(message),
        ...(hint !== undefined && { hint }),
        ...(evidence !== undefined && {
          evidence: { source: evidence.source, said: redact(evidence.said) },
        }),
      },
    };
  }
  return {
    parts: outcome.parts.map(({ path, exitCode, stdout, stderr }) => ({
      ...(path !== '' && { path }),
      ...(exitCode !== 0 && { exitCode }),
      stdout: redact(stdout),
      ...(stderr !== '' && { stderr: redact(stderr) }),
    })),
  };
}
