import { createHash } from 'node:crypto';
import { defineFact } from './fact.ts';
import { files } from './sources.ts';

/** The copies of the software testbed's scripts/variables.sh on a node, where its documents put them. */
export interface TestbedScripts {
  /** SHA-256 in hexadecimal, by path. */
  readonly variables: ReadonlyMap<string, string>;
  /** Why a copy could not be read, by path. */
  readonly unreadable: ReadonlyMap<string, string>;
}

const FOLDERS = ['/root', '/root/src', '/home/*', '/home/*/src'];

export const testbedScripts = defineFact({
  title: 'scripts of the software testbed',
  sources: { variables: files(...FOLDERS.map((folder) => `${folder}/dpu-software/scripts/variables.sh`)) },
  parse: ({ variables }): TestbedScripts => ({
    variables: new Map([...variables.texts].map(([path, text]) => [path, sha256(text)])),
    unreadable: variables.unreadable,
  }),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
