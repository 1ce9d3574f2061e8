import test from 'ava';
import { dpu, withInterface } from '../../helpers/dpu-facts.ts';
import { judgeNode, type NodeFacts, onlyFault } from '../../helpers/node-facts.ts';

const ID = 'ovs/tunnel-to-control-plane';

/** The tunnel of {@link dpu} leads to 192.168.40.111. */
const judge = (facts: NodeFacts, address?: string) =>
  judgeNode(facts, ['ovs'], {
    role: 'dpu',
    ...(address === undefined ? {} : { expect: { 'control-plane-address': address } }),
  });

test('the tunnel to the address that is told passes, one to another does not', (t) => {
  t.is(judge(dpu(), '192.168.40.111').get(ID)?.verdict, 'pass');
  const finding = onlyFault(t, judge(dpu(), '192.168.40.112'), ID, 'NONE');
  t.is(finding.message, 'no tunnel leads to the control plane, 192.168.40.112');
  t.is(finding.observed, '192.168.40.111');
});

test('nothing is said about an address that nobody tells, nor before there is a tunnel', (t) => {
  t.is(judge(dpu()).get(ID)?.verdict, 'skip');
  const facts = dpu();
  const without = { ...facts, ovs: withInterface(facts.ovs, 'ovn-8c1016-0', undefined) };
  t.is(judge(without, '192.168.40.111').get('ovs/tunnels')?.verdict, 'warn');
  t.is(judge(without, '192.168.40.111').get(ID)?.verdict, 'fail');
});
