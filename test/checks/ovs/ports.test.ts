import test from 'ava';
import type { FactValues } from '../../../facts/index.ts';
import { dpu } from '../../helpers/dpu-facts.ts';
import { aLink, judgeNode, type NodeFacts, onlyFault, withLink } from '../../helpers/node-facts.ts';

const judge = (facts: NodeFacts) => judgeNode(facts, ['ovs', 'sriov'], { role: 'dpu' });

/** The DPU of the helpers, with the representors of two pods and what the eswitch says. */
const healthy = (mode = 'switchdev') => {
  const facts = dpu();
  const handle = 'pci/0000:03:00.0';
  const devlink: FactValues['devlink'] = {
    unavailable: undefined,
    ports: [],
    eswitches: new Map([[handle, { handle, mode, refused: undefined }]]),
  };
  return { ...facts, devlink, ethtool: new Map(), links: [...facts.links, aLink('pf0vf1'), aLink('pf0vf2')] };
};

const verdict = (facts: NodeFacts) => judge(facts).get('ovs/ports-up')?.verdict;

test('ports that are up pass, and br-int, which has no address, may be down', (t) => {
  t.is(verdict(healthy()), 'pass');
});

test('a representor, the uplink or the bridge that is down is one failure', (t) => {
  for (const name of ['pf0vf1', 'p0', 'brp0']) {
    const facts = healthy();
    const down = withLink(facts.links, name, { flags: ['BROADCAST', 'MULTICAST'] });
    const finding = onlyFault(t, judge({ ...facts, links: down }), 'ovs/ports-up', 'DOWN');
    t.is(finding.remedy, `sudo ip link set ${name} up`);
  }
});

test("no carrier is the uplink's fault only: a representor's follows the host", (t) => {
  const facts = healthy();
  const without = (name: string) =>
    withLink(facts.links, name, { flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'] });
  onlyFault(t, judge({ ...facts, links: without('p0') }), 'ovs/ports-up', 'NO_CARRIER');
  t.is(verdict({ ...facts, links: without('pf0vf1') }), 'pass');
});

test('ports without network devices, as with DPDK, are not judged', (t) => {
  const facts = healthy();
  const links = [aLink('br-int'), aLink('brp0')];
  t.is(judge({ ...facts, links }).get('ovs/ports-up')?.verdict, 'skip');
});

test('ports that are gone because of legacy mode are the fault of the mode alone', (t) => {
  const facts = healthy('legacy');
  const bridges = facts.ovs.bridges.map((bridge) => ({
    ...bridge,
    ports: bridge.ports.map((port) => ({
      ...port,
      interfaces: port.interfaces.map((netdev) =>
        netdev.name === 'pf0vf1'
          ? { ...netdev, error: 'could not open network device pf0vf1 (No such device)' }
          : netdev,
      ),
    })),
  }));
  const results = judge({ ...facts, ovs: { ...facts.ovs, bridges } });
  onlyFault(t, results, 'sriov/eswitch-mode', 'LEGACY');
  t.is(results.get('ovs/port-errors')?.verdict, 'blocked');
});

test('tc-policy skip_hw keeps every flow out of the hardware', (t) => {
  const facts = healthy();
  const set = (policy: string) => ({
    ...facts,
    ovs: {
      ...facts.ovs,
      openVSwitch: {
        ...facts.ovs.openVSwitch,
        otherConfig: new Map([
          ['hw-offload', 'true'],
          ['tc-policy', policy],
        ]),
      },
    },
  });
  onlyFault(t, judge(set('skip_hw')), 'ovs/hw-offload', 'KEPT_OUT');
  t.is(judge(set('skip_sw')).get('ovs/hw-offload')?.verdict, 'pass');
});
