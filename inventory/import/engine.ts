import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export type Engine = 'docker' | 'podman';

/** The container engines of this machine, in the order in which to ask them: as kind chooses. */
export async function containerEngines(): Promise<readonly Engine[]> {
  const first = process.env['KIND_EXPERIMENTAL_PROVIDER'] === 'podman' ? 'podman' : 'docker';
  const engines: readonly Engine[] = first === 'podman' ? ['podman', 'docker'] : ['docker', 'podman'];
  const found = await Promise.all(engines.map(isOnPath));
  return engines.filter((_, index) => found[index]);
}

/** The one that is there; docker where none is, whose absence the transport then reports. */
export const containerEngine = async (): Promise<Engine> => (await containerEngines())[0] ?? 'docker';

async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
