import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { Report, Result } from '../../runner/report.ts';
import { downJointLab, type JointLab, upJointLab } from '../joint/index.ts';
import { type FaultTarget, findFault } from '../netns/index.ts';
import { examine } from './examine.ts';

/* What is broken between the pods of two nodes of a cluster: one failure that names it, and the rest blocked by that. */

const name = `test-traffic-joint-faults-${process.pid}`;
let lab: JointLab;

test.before(async () => {
  lab = await upJointLab({ name });
  await Promise.all([lab.startPod('a', 1), lab.startPod('b', 2)]);
});

test.after.always(() => downJointLab({ name }));

const pods = ['--pod', 'default/a', '--pod', 'default/b'];

const traffic = (): Promise<Report> =>
  examine(
    'traffic',
    '--kubeconfig',
    lab.kubeconfig,
    '-i',
    lab.nodes.inventoryFile,
    '--node-access',
    'ssh',
    ...pods,
  );

const describe = ({ checkId, path, verdict, findings, reason }: Result): string =>
  `${checkId} ${path?.title}: ${verdict} ${findings.map(({ message }) => message).join('; ')} ${reason ?? ''}`;

/** Results of checks of this verdict. */
const having = ({ results }: Report, ...verdicts: readonly string[]): readonly Result[] =>
  results.filter(({ verdict }) => verdicts.includes(verdict));

function assertOneFailure(t: ExecutionContext, report: Report, message: RegExp): void {
  const wrong = having(report, 'fail', 'error', 'warn');
  t.is(wrong.length, 1, wrong.map(describe).join('\n'));
  t.regex(wrong.map(describe).join(), message);
  t.true(having(report, 'blocked').length > 1, 'other paths are blocked by it');
  t.is(report.exitCode, 1);
}

test.serial('every path works where nothing is broken', async (t) => {
  const report = await traffic();
  t.deepEqual(having(report, 'fail', 'error', 'warn', 'blocked').map(describe), []);
  t.true(having(report, 'pass').length >= 20);
});

const FAULTS: readonly (readonly [string, FaultTarget, RegExp])[] = [
  ['representor-down', { pair: 2 }, /the representor pf0vf1 of dpu2 is down/],
  // An uplink that is gone would take kubelet's way along: then nothing can be run in the pods of that host.
  ['underlay-route-missing', { pair: 1 }, /dpu1 has no route to 192\.168\.41\.128/],
  ['encap-ip-wrong', { pair: 2 }, /no device of dpu2 has its encap address 192\.168\.41\.250/],
  ['flow-drops', { pair: 1 }, /a flow of br-int on dpu1 drops it: table 0, icmp,nw_dst=10\.233\.65\.4/],
];

for (const [fault, target, message] of FAULTS)
  test.serial(`${fault} of pair ${target.pair}: one failure, the others blocked by it`, async (t) => {
    const undo = await findFault(fault).apply(lab.nodes, target);
    try {
      assertOneFailure(t, await traffic(), message);
    } finally {
      await undo();
    }
  });
