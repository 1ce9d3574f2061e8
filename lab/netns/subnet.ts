import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

// Beside /run/netns: the kernel's names are shared by everyone on the machine, so this must be too.
const RESERVATIONS = '/run/dpu-doctor-lab';
const LAST = 250;

/** Reserves one of the lab subnets 10.213.N.0/24 for the lab whose state is in stateDir. */
export async function reserveSubnet(stateDir: string): Promise<number> {
  await mkdir(RESERVATIONS, { recursive: true });
  const claim = path.join(RESERVATIONS, `claim-${process.pid}-${performance.now()}`);
  await writeFile(claim, stateDir);
  try {
    for (let index = 0; index <= LAST; index++) {
      try {
        await link(claim, path.join(RESERVATIONS, String(index)));
        return index;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } finally {
    await rm(claim, { force: true });
  }
  throw new Error(`all lab subnets are taken; see ${RESERVATIONS}`);
}

/** The subnets held for stateDir: normally none or one. */
export async function reservedSubnets(stateDir: string): Promise<number[]> {
  const names = await readdir(RESERVATIONS).catch(() => []);
  const held: number[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const owner = await readFile(path.join(RESERVATIONS, name), 'utf8').catch(() => '');
    if (owner === stateDir) held.push(Number(name));
  }
  return held;
}

export async function releaseSubnet(index: number): Promise<void> {
  await rm(path.join(RESERVATIONS, String(index)), { force: true });
}
