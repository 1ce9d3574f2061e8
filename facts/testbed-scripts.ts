import process from 'node:process';
import { defineFact } from './fact.ts';
import { files } from './sources.ts';

/** The copies of the software testbed's scripts/variables.sh on a node, where its documents put them. */
export interface TestbedScripts {
  /** SHA-256 in hexadecimal, by path. */
  readonly variables: ReadonlyMap<string, string>;
  /** Why a copy could not be read, by path. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** The machines that the copies list, by name. */
  readonly machines: ReadonlyMap<string, TestbedMachine>;
  /** NUM_VF, IF1 and so on, by name, where a copy says them plainly; the later copy's. */
  readonly settings?: ReadonlyMap<string, string>;
}

/** A machine of the software testbed, as a copy of variables.sh lists it. */
export interface TestbedMachine {
  /** INFRA_DPU_LIST … (seed S L38-43). */
  readonly list: string;
  /** Of the copy. */
  readonly path: string;
}

const FOLDERS = ['/root', '/root/src', '/home/*', '/home/*/src'];

export const testbedScripts = defineFact({
  title: 'scripts of the software testbed',
  sources: { variables: files(...FOLDERS.map((folder) => `${folder}/dpu-software/scripts/variables.sh`)) },
  parse: ({ variables }): TestbedScripts => ({
    variables: new Map([...variables.texts].map(([path, text]) => [path, sha256(text)])),
    unreadable: variables.unreadable,
    machines: new Map(
      [...variables.texts].flatMap(([path, text]) =>
        listed(text).map(([name, list]): [string, TestbedMachine] => [name, { list, path }]),
      ),
    ),
    settings: new Map([...variables.texts.values()].flatMap(settingsOf)),
  }),
});

/** Loaded for those who have a copy: it takes longer than all that is read of most nodes. */
const sha256 = (text: string): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');

const SETTINGS = ['NUM_VF', 'IF1', 'IF2', 'TAP_0', 'BRIDGE_NAME'];

/** NUM_VF=20, NUM_VF="20" or NUM_VF=${NUM_VF:-"20"}; nothing else is expanded. */
function settingsOf(text: string): readonly (readonly [name: string, value: string])[] {
  const plain = /^[ \t]*(\w+)=(?:\$\{\1:-)?["']?([A-Za-z0-9][\w.-]*)["']?\}?[ \t]*(?:#.*)?$/gm;
  return [...text.matchAll(plain)].flatMap(([, name = '', value = '']) =>
    SETTINGS.includes(name) ? [[name, value] as const] : [],
  );
}

/** The names in the arrays GATEWAY_LIST=("gw-1") and so on, with the array; nothing is expanded. */
function listed(text: string): readonly (readonly [name: string, list: string])[] {
  const code = text.replace(/(^|\s)#.*/g, '$1');
  return [...code.matchAll(/^[ \t]*([A-Z_]+_LIST)=\(([^()]*)\)/gm)].flatMap(([, list = '', body = '']) =>
    body
      .split(/\s+/)
      .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
      .filter((name) => /^[A-Za-z0-9][\w.-]*$/.test(name))
      .map((name) => [name, list] as const),
  );
}
