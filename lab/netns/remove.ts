import { glob, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { prefix } from './names.ts';
import { ipBatch, must, run } from './run.ts';
import { releaseSubnet, reservedSubnets } from './subnet.ts';
import { waitFor } from './wait.ts';

/** Takes down whatever there is of the lab whose state is in stateDir, however far it had come up. */
export async function removeLab(stateDir: string): Promise<void> {
  for (const index of await reservedSubnets(stateDir)) {
    await killProcesses(index);
    await waitForNodes(stateDir);
    await removeLinks(index);
    await releaseSubnet(index);
  }
  await rm(stateDir, { recursive: true, force: true });
}

async function killProcesses(index: number): Promise<void> {
  const namespaces = await labNamespaces(index);
  const pids = async () => {
    const lists = await Promise.all(namespaces.map((name) => run(['ip', 'netns', 'pids', name])));
    return lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean).map(Number));
  };
  // A node's PID 1 takes the rest of its node with it; what is still starting is caught by the next round.
  await waitFor(`the processes of ${prefix(index)} to end`, async () => {
    const running = (await pids()).filter((pid) => pid !== process.pid);
    for (const pid of running) kill(pid);
    return running.length === 0;
  });
}

/** A process that is already leaving its namespace is in no list, but its node's PID 1 stays until it is gone. */
async function waitForNodes(stateDir: string): Promise<void> {
  for await (const file of glob(path.join(stateDir, 'nodes/*/pid'))) {
    const pid = (await readFile(file, 'utf8')).trim();
    const comm = () => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    await waitFor(`PID 1 of ${path.dirname(file)} to end`, async () => (await comm()) !== 'sh\n');
  }
}

async function removeLinks(index: number): Promise<void> {
  const links = await labLinks(index);
  await ipBatch(
    links.map((name) => `link delete ${name}`),
    { force: true },
  );
  const namespaces = await labNamespaces(index);
  await ipBatch(
    namespaces.map((name) => `netns delete ${name}`),
    { force: true },
  );
  await waitFor(`the links and namespaces of ${prefix(index)} to disappear`, async () => {
    const left = [...(await labLinks(index)), ...(await labNamespaces(index))];
    return left.length === 0;
  });
}

async function labLinks(index: number): Promise<string[]> {
  const links = JSON.parse(await must(['ip', '-j', 'link'])) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => ownedBy(index, name));
}

async function labNamespaces(index: number): Promise<string[]> {
  const list = await must(['ip', 'netns', 'list']);
  return list
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => ownedBy(index, name));
}

const ownedBy = (index: number, name: string) =>
  name === prefix(index) || name.startsWith(`${prefix(index)}-`);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
