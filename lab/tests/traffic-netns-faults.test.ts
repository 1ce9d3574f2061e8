import process from 'node:process';
import test from 'ava';
import { type FaultTarget, findFault, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { examine } from './examine.ts';

/* What is broken in one pod, or on a DPU, is one failure of a whole run, whichever paths it takes along. */

let lab: NetnsLab;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-traffic-run-${process.pid}`, topology: 'bluefield', pods: true });
});

test.after.always(() => lab?.down());

const FAULTS: readonly (readonly [string, FaultTarget, RegExp])[] = [
  [
    'pod-route-missing',
    { pair: 1 },
    /^host1:pod1 has no route to the network of \S+: host1:pod1 can't even send/,
  ],
  ['pod-mtu-apart', { pair: 2 }, /^the MTU of host2:pod1 is 1300, and that of other pods 1400: /],
  ['host-deaf', { pair: 2 }, /^packets arrive at host2, whose own system discards them: /],
  // Connections over TCP are made, and starve.
  ['uplink-mtu', { pair: 2 }, /^the MTU of p0 on dpu2 is 1400, and packets of 1400 bytes need 1458 there: /],
];

for (const [fault, target, message] of FAULTS)
  test.serial(`${fault} of pair ${target.pair}: one failure, the others blocked by it`, async (t) => {
    const undo = await findFault(fault).apply(lab, target);
    try {
      const { results } = await examine('traffic', '-i', lab.inventoryFile);
      const wrong = results.filter(({ verdict }) => ['fail', 'error', 'warn'].includes(verdict));
      const told = wrong.flatMap(({ findings }) => findings.map((finding) => finding.message));
      t.is(
        wrong.length,
        1,
        wrong.map(({ checkId, path, reason }) => `${checkId} ${path?.title} ${reason}`).join('\n'),
      );
      t.regex(told.join('\n'), message);
      t.true(results.some(({ verdict }) => verdict === 'blocked'));
      t.true(results.some(({ verdict }) => verdict === 'pass'));
    } finally {
      await undo();
    }
  });

test.serial(
  'what a check of a node has found is no second failure of traffic, and traffic leaves none',
  async (t) => {
    const conformance = async () => (await examine('conformance', '-i', lab.inventoryFile)).results;
    const undo = await findFault('representor-down').apply(lab, { pair: 1 });
    try {
      const wrong = (await conformance()).filter(({ verdict }) =>
        ['fail', 'error', 'warn'].includes(verdict),
      );
      t.deepEqual(
        wrong.map(({ checkId, target }) => `${checkId} ${target}`),
        ['ovs/ports-up dpu1'],
      );
    } finally {
      await undo();
    }
    const after = await conformance();
    t.deepEqual(
      after.filter(({ verdict }) => !['pass', 'skip'].includes(verdict)),
      [],
    );
  },
);
