import { dirname, join } from 'node:path';

/*
 * Node's own compile cache keeps what is compiled when a file is loaded, and most functions are compiled when they are
 * first called. So what a run on the node takes is one script, whose compiled code is kept as it is after a run.
 */

/** What examines this machine, in one file; the build leaves it beside the rest of the bundle. */
export const HERE_SCRIPT = 'here.cjs';

/** Where its compiled code lies: made by one version of Node, and of use to that alone. */
export const compiledHere = (bundle: string): string => join(bundle, `here-${process.version}.code`);

/** The directory of Node's compile cache for the rest of the bundle. */
export const compileCache = (bundle: string): string => join(bundle, 'compile-cache', process.version);

/**
 * Whether compiled code in this file or directory is to be used: only by whom it belongs to, who could as well change the
 * bundle. Nobody runs what others may have put there, and nobody leaves files in an installation of others.
 */
export const isOwn = (path: string): boolean =>
  process.getBuiltinModule('node:fs').statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();

/** Has Node take compiled code from what the build left there, and add what it lacks; or compile everything as ever. */
export function useCompileCache(directory: string): void {
  if (isOwn(directory))
    process.getBuiltinModule('node:module').enableCompileCache({ directory, portable: true });
}

/** A script that was loaded: what it exports, and its compiled code as it is by now. */
export interface LoadedScript<Exports> {
  readonly exports: Exports;
  /** Whether compiled code was given that this Node could use. */
  readonly wasCompiled: boolean;
  compiledCode(): Buffer;
}

/** Loads a CommonJS script of the bundle, with its compiled code where there is some that this Node can use. */
export function loadScript<Exports>(file: string, compiled?: Buffer): LoadedScript<Exports> {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { constants, Script } = process.getBuiltinModule('node:vm');
  // The build writes ASCII, which takes no decoding.
  const text = `(function(exports,module,require,__filename,__dirname){${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(text, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(compiled === undefined ? {} : { cachedData: compiled }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, module, process.getBuiltinModule, file, dirname(file));
  return {
    exports: module.exports as Exports,
    wasCompiled: script.cachedDataRejected === false,
    compiledCode: () => script.createCachedData(),
  };
}

/** What examines this machine, from the bundle in this directory; undefined where there is none, or none that is whole. */
export function loadHere(bundle: string): typeof import('./here.ts') | undefined {
  const file = join(bundle, HERE_SCRIPT);
  if (!process.getBuiltinModule('node:fs').existsSync(file)) return undefined;
  try {
    return loadScript<typeof import('./here.ts')>(file, compiledCodeIn(compiledHere(bundle))).exports;
  } catch {
    // The rest of the bundle has all of it, too.
    return undefined;
  }
}

/** The compiled code in this file; undefined where there is none, or none that may be used and read. */
function compiledCodeIn(file: string): Buffer | undefined {
  const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
  try {
    return isOwn(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}
