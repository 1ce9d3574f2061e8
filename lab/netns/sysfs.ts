import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A tree to stack over sysfs: paths relative to /sys. */
export interface SysfsTree {
  files: Record<string, string | Buffer>;
  links: Record<string, string>;
  directories: string[];
  /** Directories in which nothing of the machine's own sysfs must be seen. */
  opaque: string[];
}

export function emptySysfs(): SysfsTree {
  return { files: {}, links: {}, directories: [], opaque: [] };
}

export async function writeSysfs(tree: SysfsTree, root: string): Promise<void> {
  for (const directory of tree.directories) await mkdir(path.join(root, directory), { recursive: true });
  for (const [file, content] of Object.entries(tree.files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  }
  for (const [link, target] of Object.entries(tree.links)) {
    await mkdir(path.dirname(path.join(root, link)), { recursive: true });
    await symlink(target, path.join(root, link));
  }
}

/** A symbolic link's target as the kernel writes it: always ending in the target's own name. */
export function relativeTarget(link: string, target: string): string {
  const { dir, base } = path.posix.parse(target);
  return `${path.posix.relative(path.posix.dirname(link), dir)}/${base}`;
}
