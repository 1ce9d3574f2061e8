/**
 * Where the compiled code of a bundle lies, in a directory beside it: made by one version of Node, and of use to that alone.
 */
export const compileCache = (bundle: string): string => `${bundle}/compile-cache/${process.version}`;

/**
 * Has Node take compiled code from what the build left there, and add what it lacks; where there is no such directory,
 * everything is compiled as ever. Only for whom the directory belongs to, who could as well change the bundle: nobody runs
 * what others may have put there, and nobody leaves files in an installation of others.
 */
export function useCompileCache(directory: string): void {
  const { statSync } = process.getBuiltinModule('node:fs');
  if (statSync(directory, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return;
  process.getBuiltinModule('node:module').enableCompileCache({ directory, portable: true });
}
