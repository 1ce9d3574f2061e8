import type { LabNode } from '../node.ts';
import type { Undo } from './fault.ts';

let edits = 0;

/** Runs a shell script inside the tree that is stacked over the node's sysfs and shows the result in /sys. */
export async function editSysfs(node: LabNode, script: string): Promise<Undo> {
  edits += 1;
  const saved = `sysfs-before-${Date.now()}-${edits}`;
  await node.sh(`
    cd /run/lab
    cp -a sysfs ${saved}
    cd sysfs
    ${script}
    sh /run/lab/stack-sysfs.sh`);
  return async () => {
    await node.sh(`
      cd /run/lab
      rm -rf sysfs
      mv ${saved} sysfs
      sh /run/lab/stack-sysfs.sh`);
  };
}
