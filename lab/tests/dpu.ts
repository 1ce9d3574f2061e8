import type { ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { waitUntilPlumbed } from '../netns/bluefield/settle.ts';
import { pairOf, pauseController, resumeController } from '../netns/faults/ovs-daemons.ts';
import { type FaultTarget, findFault, type LabNode, type NetnsLab, type Undo } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { assertOnly, type Expected, examine } from './examine.ts';

/** One thing that is broken on the testbed, and what dpu-doctor is to say. Nothing expected: it is no fault. */
export interface Case {
  readonly name: string;
  readonly apply: (lab: NetnsLab) => Promise<Undo>;
  readonly expected: readonly Expected[];
  /** Further arguments of dpu-doctor run. */
  readonly args?: readonly string[];
}

/** A fault of lab/netns/faults. */
export const known = (name: string, expected: readonly Expected[], target: FaultTarget = {}): Case => ({
  name: [name, ...Object.values(target)].join(' '),
  apply: (lab) => findFault(name).apply(lab, target),
  expected,
});

/** A fault made by a shell script on a node, and mended by another. */
export const byHand = (
  name: string,
  node: string,
  [apply, undo]: readonly [string, string],
  expected: readonly Expected[],
): Case => ({
  name,
  async apply(lab) {
    await lab.node(node).sh(apply);
    return async () => {
      await lab.node(node).sh(undo);
    };
  },
  expected,
});

/** The same on dpu1, where ovn-controller would mend or follow it: it is held until all is put back. */
export const whilePaused = (
  name: string,
  scripts: readonly [string, string],
  expected: readonly Expected[],
): Case => {
  const { apply } = byHand(name, 'dpu1', scripts, expected);
  return {
    name,
    async apply(lab) {
      const { dpu } = lab.pair(1);
      await pauseController(dpu);
      const undo = await apply(lab);
      const mend = async (): Promise<void> => {
        await undo();
        await resumeController(dpu);
        await waitUntilPlumbed(lab, [pairOf(lab, 1)], { control: false });
      };
      // On a busy machine the southbound database may have taken it for gone in between; it comes back by itself.
      await waitForConnection(dpu, 'connected').catch(async (error: unknown) => {
        await mend();
        throw error;
      });
      return mend;
    },
    expected,
  };
};

/** external_ids of dpu1 with a key changed, or taken away. */
export const externalId = (key: string, value: string | undefined, expected: readonly Expected[]): Case => ({
  name: `external_ids:${key} ${value === undefined ? 'missing' : `is ${value}`}`,
  async apply(lab) {
    const { dpu } = lab.pair(1);
    await pauseController(dpu);
    const fault = value === undefined ? 'external-id-missing' : 'external-id-wrong';
    const undo = await findFault(fault).apply(lab, { key, ...(value === undefined ? {} : { value }) });
    return async () => {
      await undo();
      await resumeController(dpu);
      await waitUntilPlumbed(lab, [pairOf(lab, 1)], { control: false });
    };
  },
  expected,
});

/** Breaks the lab, examines it, holds the report against the healthy one, and mends the lab whatever happens. */
export async function tryCase(
  t: ExecutionContext,
  lab: NetnsLab,
  healthy: Report,
  one: Case,
): Promise<Report> {
  const undo = await one.apply(lab);
  try {
    const report = await examine('-i', lab.inventoryFile, ...(one.args ?? []));
    assertOnly(t, healthy, report, one.expected);
    return report;
  } finally {
    await undo();
  }
}

/** Waits until ovn-controller says this of its connection to the southbound database. */
export const waitForConnection = (node: LabNode, status: string): Promise<void> =>
  waitFor(`ovn-controller on ${node.name} to be ${status}`, async () => {
    const asked = ['ovn-appctl', '--timeout=5', '-t', 'ovn-controller', 'connection-status'];
    return (await node.exec(asked)).stdout.trim() === status;
  });
