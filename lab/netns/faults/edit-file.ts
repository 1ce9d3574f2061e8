import type { LabNode } from '../node.ts';
import type { Undo } from './fault.ts';

/** Passes a file of the node through a shell filter until undone. */
export async function editFile(node: LabNode, file: string, filter: string): Promise<Undo> {
  const saved = `${file}.before-fault`;
  await node.sh(`
    cp -a ${file} ${saved}
    ${filter} <${saved} >${file}`);
  return async () => {
    await node.sh(`mv ${saved} ${file}`);
  };
}
