import { InventoryError } from './error.ts';
import type { Inventory } from './node.ts';

export { InventoryError } from './error.ts';

/**
 * The nodes that a file names: the product's own YAML, `scripts/variables.sh` of the software testbed, a dpu-simulator
 * configuration or the output of `ansible-inventory --list`, told apart by what is in them; or those of the kind
 * cluster NAME, given as `kind:NAME`. docs/inventory.md describes each.
 *
 * @throws {InventoryError} where the inventory can't be had, or contradicts itself. Its message names file, line and key.
 */
export async function loadInventory(fileOrImporter: string): Promise<Inventory> {
  if (fileOrImporter === '')
    throw new InventoryError('no inventory is named', 'Give the path of a file, or kind:NAME.');
  const cluster = /^kind:(.*)$/s.exec(fileOrImporter)?.[1];
  if (cluster !== undefined) {
    const { importKind } = await import('./import/kind.ts');
    return importKind(cluster);
  }
  const { readInventoryFile } = await import('./read.ts');
  return readInventory(fileOrImporter, await readInventoryFile(fileOrImporter));
}

/** Reads the text of an inventory file. @throws {InventoryError} */
export async function readInventory(file: string, text: string): Promise<Inventory> {
  const { importVariables, isVariables } = await import('./import/variables.ts');
  if (isVariables(text)) return importVariables(file, text);
  const { parseYaml } = await import('./yaml.ts');
  const parsed = parseYaml(file, text);
  const { importAnsible, isAnsible } = await import('./import/ansible.ts');
  if (isAnsible(parsed.value)) return importAnsible(file, parsed.value);
  const { importDpuSimulator, isDpuSimulator } = await import('./import/dpu-simulator.ts');
  if (isDpuSimulator(parsed.value)) return importDpuSimulator(file, parsed);
  const { readDocument } = await import('./document.ts');
  return readDocument(file, parsed);
}
