import test from 'ava';
import type { Report, Result } from '../../runner/report.ts';
import { pairOf, restartVswitchd } from '../netns/faults/ovs-daemons.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { byHand, known, tryCase } from './dpu.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-netns-offload', topology: 'bluefield', pairs: 2, pods: true });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(async () => {
  await lab?.down();
});

const VSCTL = 'ovs-vsctl --timeout=20';
const LOG = '/var/log/openvswitch/ovs-vswitchd.log';

const fails = (check: string, code: string): Expected[] => [{ target: 'dpu1', check: `ovs/${check}`, code }];

const onDpu1 = (report: Report, check: string): Result | undefined =>
  report.results.find(({ target, checkId }) => target === 'dpu1' && checkId === `ovs/${check}`);

test.serial('a healthy testbed has offload in force, and no flow to prove it', (t) => {
  assertHealthy(t, healthy);
  t.is(onDpu1(healthy, 'hw-offload-in-force')?.verdict, 'pass');
  t.is(onDpu1(healthy, 'offloaded-flows')?.verdict, 'skip');
});

for (const one of [
  known('hw-offload-unset', fails('hw-offload', 'NOT_SET')),
  known('hw-offload-false', fails('hw-offload', 'OFF')),
  known('hw-offload-still-in-effect', fails('hw-offload', 'OFF')),
  // OVS 3.1 takes it up at once, and writes so into its log.
  known('hw-offload-set-after-start', []),
]) {
  test.serial(one.name, async (t) => {
    await tryCase(t, lab, healthy, one);
  });
}

/** How a pod's port is, and how it must be for OVN to bind it again. */
const PORT = 'pf0vf1';
const BIND = `${VSCTL} set Interface ${PORT} external_ids:iface-id=ovn-kubernetes_ovs-offload-pod1-host1`;
const untilInstalled = (wanted: '' | '!') => `for attempt in $(seq 200); do
  if ${wanted} ${VSCTL} get Interface ${PORT} external_ids:ovn-installed >/dev/null 2>&1; then exit 0; fi
  sleep 0.05
done; exit 1`;
const plugged = (code: string, message: string): Expected[] => [
  { target: 'host1', check: 'ovs/pod-representors', code, message },
];

for (const one of [
  byHand(
    "a pod's port has no iface-id",
    'dpu1',
    [
      `${VSCTL} remove Interface ${PORT} external_ids iface-id; ${untilInstalled('!')}`,
      `${BIND}; ${untilInstalled('')}`,
    ],
    plugged('NOT_BOUND', 'it has no iface-id'),
  ),
  byHand(
    "a pod's port has the iface-id of nobody",
    'dpu1',
    [`${BIND}-gone; ${untilInstalled('!')}`, `${BIND}; ${untilInstalled('')}`],
    plugged('NOT_BOUND', 'ovn-controller has not set ovn-installed'),
  ),
  byHand(
    "a pod's representor is on the bridge to the outside",
    'dpu1',
    [
      `${VSCTL} del-port br-int ${PORT} -- add-port brp0 ${PORT}`,
      `${VSCTL} del-port brp0 ${PORT} -- add-port br-int ${PORT}; ${BIND}; ${untilInstalled('')}`,
    ],
    plugged('OUTSIDE', 'is on brp0 and not on br-int'),
  ),
]) {
  test.serial(one.name, async (t) => {
    await tryCase(t, lab, healthy, one);
  });
}

test.serial('any case of the word true is on, as for Open vSwitch itself', async (t) => {
  const { dpu } = lab.pair(1);
  const set = async (value: string) => {
    await dpu.sh(`${VSCTL} set Open_vSwitch . other_config:hw-offload=${value}`);
    await restartVswitchd(lab, dpu, pairOf(lab));
  };
  await set('TRUE');
  try {
    t.regex(await dpu.sh(`tail -n 80 ${LOG}`), /netdev: Flow API Enabled/);
    assertOnly(t, healthy, await examine('-i', lab.inventoryFile), []);
  } finally {
    await set('true');
  }
});

const ROTATED: readonly (readonly [string, string, string])[] = [
  [
    'the log is rotated away',
    `mv ${LOG} ${LOG}.1; ovs-appctl vlog/reopen`,
    `mv ${LOG}.1 ${LOG}; ovs-appctl vlog/reopen`,
  ],
  [
    'the log is rotated away and the journal compacted',
    `mv ${LOG} ${LOG}.1; ovs-appctl vlog/reopen; ovs-appctl -t ovsdb-server ovsdb-server/compact`,
    `mv ${LOG}.1 ${LOG}; ovs-appctl vlog/reopen`,
  ],
  ['the log is deleted', `mv ${LOG} /run/lab/log`, `mv /run/lab/log ${LOG}`],
];

for (const [name, rotate, restore] of ROTATED) {
  test.serial(`${name}: the daemon itself tells that offload is in force`, async (t) => {
    const { dpu } = lab.pair(1);
    await dpu.sh(rotate);
    try {
      const report = await examine('-i', lab.inventoryFile);
      assertOnly(t, healthy, report, []);
      t.is(onDpu1(report, 'hw-offload-in-force')?.evidence[0]?.source, 'ovs-appctl upcall/show');
    } finally {
      await dpu.sh(restore);
    }
  });
}

test.serial("pods' pings through the userspace datapath are no proof, and no fault either", async (t) => {
  const ping = lab.execIn('host1-pod1', ['ping', '-c', '200', '-i', '0.01', '10.233.66.4']);
  const { dpu } = lab.pair(1);
  const flows = 'ovs-appctl dpctl/dump-flows -m --names';
  await dpu.sh(
    `for attempt in $(seq 200); do ! ${flows} | grep -q 'in_port(pf0vf1).*proto=1' || exit 0; sleep 0.05; done; exit 1`,
  );
  const report = await examine('-i', lab.inventoryFile);
  t.is((await ping).exitCode, 0);
  assertOnly(t, healthy, report, []);
  t.is(onDpu1(report, 'offloaded-flows')?.verdict, 'skip');
});

test.serial("pods' TCP between veth pairs is no fault of the hardware, which there is none of", async (t) => {
  const { dpu } = lab.pair(1);
  const listen = lab.execIn('host2-pod1', ['timeout', '60', 'python3', '-c', SINK]);
  const send = lab.execIn('host1-pod1', ['timeout', '60', 'python3', '-c', SOURCE]);
  const busy = `ovs-appctl dpctl/dump-flows -m --names | grep 'in_port(pf0vf1)' | grep -Eq 'packets:[0-9]{4}'`;
  await dpu.sh(`for attempt in $(seq 400); do ! { ${busy}; } || exit 0; sleep 0.05; done; exit 1`);
  const report = await examine('-i', lab.inventoryFile);
  await Promise.all([listen, send]);
  await forgetFlows();
  assertOnly(t, healthy, report, []);
  t.is(
    onDpu1(report, 'offloaded-flows')?.reason,
    'simulated: pf0vf1 is a device of kind veth, which is no hardware',
  );
});

const SINK = `import socket
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('', 5000))
server.listen(1)
peer, _ = server.accept()
while peer.recv(65536): pass`;

const SOURCE = `import socket, time
for attempt in range(100):
  try:
    peer = socket.create_connection(('10.233.66.4', 5000), 5)
    break
  except OSError:
    time.sleep(0.1)
end = time.monotonic() + 4
while time.monotonic() < end:
  peer.sendall(b'x' * 1000)
  time.sleep(0.0005)
peer.close()`;

/** Flows stay for ten seconds after their last packet. */
async function forgetFlows(): Promise<void> {
  for (const pair of [1, 2]) await lab.pair(pair).dpu.sh('ovs-appctl revalidator/purge');
}

test.serial('the testbed is as healthy as before', async (t) => {
  assertOnly(t, healthy, await examine('-i', lab.inventoryFile), []);
});
