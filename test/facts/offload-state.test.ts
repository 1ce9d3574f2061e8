import test from 'ava';
import { devlinkHealth } from '../../facts/devlink-health.ts';
import { parseFact } from '../../facts/fact.ts';
import { qdiscs } from '../../facts/qdiscs.ts';

const answer = (stdout: string, exitCode = 0, stderr = '') => ({ command: 'test', exitCode, stdout, stderr });

test('tc tells which devices have a qdisc for what comes in', (t) => {
  // Written by hand after iproute2 6.1 on a node with Open vSwitch, and one whose uplinks share a block.
  const said = [
    'qdisc noqueue 0: dev p0 root refcnt 2 ',
    'qdisc ingress ffff: dev p0 parent ffff:fff1 ---------------- ',
    'qdisc ingress ffff: dev p1 parent ffff:fff1 ingress_block 22 ---------------- ',
    'qdisc clsact ffff: dev br-int parent ffff:fff1 ',
    'qdisc fq_codel 0: dev oob_net0 root refcnt 2 limit 10240p flows 1024',
    '',
  ].join('\n');
  const outcome = parseFact(qdiscs, { list: answer(said) });
  t.deepEqual(outcome.ok && [...outcome.value.ingress.keys()], ['p0', 'p1', 'br-int']);
  const missing = parseFact(qdiscs, { list: answer('', 127, 'sh: tc: not found') });
  t.is(missing.ok && missing.value.unavailable?.code, 'missing-program');
});

test('devlink tells the health of devices and of their ports', (t) => {
  // Written by hand after iproute2 6.1: the reporters of mlx5 (kernel: Documentation/networking/devlink/mlx5.rst).
  const said =
    '{"health":{"pci/0000:03:00.0":[{"reporter":"fw","state":"healthy","error":0,"recover":0},{"reporter":"fw_fatal","state":"error","error":1,"recover":0,"grace_period":1200000,"auto_recover":true}],"pci/0000:03:00.0/65535":[{"reporter":"tx","state":"healthy"}]}}';
  const outcome = parseFact(devlinkHealth, { show: answer(said) });
  t.deepEqual(outcome.ok && outcome.value.reporters, [
    { device: 'pci/0000:03:00.0', name: 'fw', state: 'healthy' },
    { device: 'pci/0000:03:00.0', name: 'fw_fatal', state: 'error' },
    { device: 'pci/0000:03:00.0/65535', name: 'tx', state: 'healthy' },
  ]);
  const old = parseFact(devlinkHealth, { show: answer('', 1, 'Object "health" not found') });
  t.is(old.ok && old.value.unavailable?.code, 'command-failed');
});
