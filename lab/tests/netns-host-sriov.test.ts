import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { findFault, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';
import {
  type Change,
  changed,
  DERIVE,
  MODE,
  ovnkubeWith,
  PF_DEVICE,
  PORT,
  renamed,
  sysfs,
  without,
  wrapped,
} from './host.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-host-sriov', topology: 'bluefield', pairs: 1 });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(() => lab?.down());

const host = (check: string, more: Partial<Expected> = {}): Expected => ({
  target: 'host1',
  check: check.includes('/') ? check : `sriov/${check}`,
  ...more,
});
const fault =
  (name: string, target = {}): Change =>
  (one) =>
    findFault(name).apply(one, target);
const both =
  (first: Change, second: Change): Change =>
  async (one) => {
    const undoFirst = await first(one);
    const undoSecond = await second(one);
    return async () => {
      await undoSecond();
      await undoFirst();
    };
  };
const link = (number: number, target: string) => `ln -sfn ../${target} ${PF_DEVICE}/virtfn${number}`;

/** The gateway interface is named, so that the steps that derive it are left out. */
const NAMED = ovnkubeWith([MODE, PORT, '--gateway-interface=eno1']);
const NOT_DERIVED = ['pf-netdevs', 'gateway-interface', 'interface-address'].map((name) =>
  host(`gateway/${name}`, { verdict: 'skip' }),
);

const FAULTS: readonly (readonly [string, Change, Expected, ...Expected[]])[] = [
  [
    'no sriov_totalvfs',
    sysfs(`rm ${PF_DEVICE}/sriov_totalvfs`),
    host('supported', {
      message: 'cat: /sys/class/net/enp2s0f0np0/device/sriov_totalvfs: No such file or directory',
    }),
  ],
  ['no SR-IOV at all', fault('sriov-absent'), host('supported', { code: 'NOT_SUPPORTED' })],
  [
    'a firmware that offers none',
    fault('totalvfs-too-few', { value: '0' }),
    host('supported', { code: 'NONE_OFFERED' }),
  ],
  [
    'no VFs, and with them no management port',
    sysfs(`echo 0 >${PF_DEVICE}/sriov_numvfs
      rm ${PF_DEVICE}/virtfn* class/net/ovn-k8s-mp0 class/net/enp2s0f0v?
      rm -r bus/pci/drivers/mlx5_core/0000:02:00.[345] bus/pci/devices/0000:02:00.[345]
      rm -r devices/pci0000:00/0000:00:01.0/0000:02:00.[345]`),
    host('vfs-created', {
      message: "ls: cannot access '/sys/bus/pci/devices/*/virtfn*': No such file or directory",
    }),
  ],
  ['sriov_numvfs too low', fault('numvfs-changed'), host('virtfn-count', { code: 'OTHER_COUNT' })],
  [
    'sriov_numvfs too high',
    fault('numvfs-changed', { value: '5' }),
    host('virtfn-count', { message: '0000:02:00.0 has 3 virtfn links for 5 VFs' }),
  ],
  [
    'sriov_numvfs 0 beside virtfn links',
    fault('numvfs-changed', { value: '0' }),
    host('virtfn-count', { message: '0000:02:00.0 has 3 virtfn links for 0 VFs' }),
  ],
  ['no virtfn link', fault('virtfn-removed', { index: 2 }), host('virtfn-count', { code: 'OTHER_COUNT' })],
  [
    'no virtfn link to the management port',
    fault('virtfn-removed', { index: 0 }),
    host('virtfn-count', { code: 'OTHER_COUNT' }),
  ],
  ['a dangling virtfn link', sysfs(link(1, '0000:02:0f.7')), host('virtfn-links', { code: 'DANGLING' })],
  ['two virtfn links to one VF', sysfs(link(1, '0000:02:00.5')), host('virtfn-links', { code: 'TWICE' })],
  [
    'crossed virtfn links',
    sysfs(`${link(1, '0000:02:00.5')}\n${link(2, '0000:02:00.4')}`),
    host('virtfn-links', {
      message: 'virtfn1 of 0000:02:00.0 leads to 0000:02:00.5, and VF 1 of 0000:02:00.0 is 0000:02:00.4',
    }),
  ],
  [
    'a virtfn link of another number',
    sysfs(`mv ${PF_DEVICE}/virtfn2 ${PF_DEVICE}/virtfn9`),
    host('virtfn-links', { code: 'OTHER_VF' }),
  ],
  ['no physfn link', fault('physfn-removed'), host('physfn-links', { code: 'PHYSFN_MISSING' })],
  ['a physfn link to another NIC', fault('physfn-elsewhere'), host('physfn-links', { code: 'OTHER_PF' })],
  ['a dangling physfn link', fault('physfn-dangling'), host('physfn-links', { code: 'OTHER_PF' })],
  [
    "the management port's physfn link to another NIC",
    fault('physfn-elsewhere', { index: 0 }),
    host('physfn-links', { code: 'OTHER_PF' }),
    host('gateway/gateway-interface', { verdict: 'skip' }),
    host('gateway/interface-address', { verdict: 'skip' }),
  ],
  [
    'a VF that lspci does not list',
    wrapped('lspci', 'real "$@" | grep -v 02:00.4'),
    host('lspci', { message: 'lspci does not list the VF 0000:02:00.4' }),
  ],
  [
    'a VF on vfio-pci',
    fault('vf-on-vfio-pci'),
    host('vf-drivers', {
      verdict: 'warn',
      message: 'cannot get a network device with pci address 0000:02:00.4: it is bound to vfio-pci',
    }),
  ],
  ['an unbound VF', fault('vf-unbound', { index: 2 }), host('vf-drivers', { code: 'UNBOUND' })],
  ['an unbound PF', both(NAMED, fault('pf-unbound')), host('pf-driver', { code: 'UNBOUND' }), ...NOT_DERIVED],
  [
    'a PF on vfio-pci',
    both(
      both(NAMED, fault('pf-unbound')),
      sysfs(`mkdir -p bus/pci/drivers/vfio-pci
        ln -s ../../../../bus/pci/drivers/vfio-pci ${PF_DEVICE}/driver`),
    ),
    host('pf-driver', { code: 'PASSED_THROUGH' }),
    ...NOT_DERIVED,
  ],
  [
    'a PF in another network namespace',
    both(NAMED, fault('pf-in-other-netns')),
    host('pf-netdev', { message: 'no netdevs found for pci address 0000:02:00.0' }),
    ...NOT_DERIVED,
  ],
  ['a PF that is down', fault('pf-down'), host('pf-up', { message: 'the PF enp2s0f0np0 is down' })],
  [
    'an old iproute2',
    wrapped('ip', '[ "$*" != -V ] || { echo "ip utility, iproute2-ss170501"; exit 0; }\nexec real "$@"'),
    host('system/iproute2-version', { code: 'TOO_OLD' }),
  ],
];

for (const [what, change, ...expected] of FAULTS)
  test.serial(`one failure: ${what}`, async (t) => {
    assertOnly(t, healthy, await changed(lab, change), expected);
  });

test.serial("a VF in a pod's network namespace is no fault", async (t) => {
  const report = await changed(lab, fault('vf-in-other-netns', { index: 2 }));
  t.deepEqual(
    report.results.filter(({ target, verdict }) => target === 'host1' && verdict === 'fail'),
    [],
  );
  const drivers = report.results.find(({ checkId }) => checkId === 'sriov/vf-drivers');
  t.is(drivers?.verdict, 'pass');
  t.is(drivers?.note, '1 of 3 are in another network namespace');
});

test.serial('the number of VFs and the PF are those that are expected', async (t) => {
  const set = (...values: readonly string[]) =>
    examine('-i', lab.inventoryFile, ...values.flatMap((one) => ['--set', one]));
  const judged = host('num-vfs', { verdict: 'pass' });
  assertOnly(t, healthy, await set('num-vfs=3', 'pf=enp2s0f0np0'), [judged]);
  assertOnly(t, healthy, await set('num-vfs=3', 'pf=0000:02:00.0'), [judged]);
  assertOnly(t, healthy, await set('num-vfs=8'), [host('num-vfs', { code: 'OTHER_NUMBER' })]);
  assertOnly(t, healthy, await set('num-vfs=17'), [
    host('num-vfs', { message: 'write error: Numerical result out of range' }),
  ]);
  assertOnly(t, healthy, await set('pf=eth99'), [
    host('supported', { message: 'Device "eth99" does not exist.' }),
  ]);
  assertOnly(t, healthy, await set('pf=eno1'), [host('supported', { code: 'NOT_SUPPORTED' })]);
  const other = await changed(lab, renamed('enp2s0f0np0', 'eth2'), '--set', 'pf=enp2s0f0np0');
  assertOnly(t, healthy, other, [host('supported', { code: 'PF_NOT_FOUND' })]);
});

test.serial('a program that is missing makes undetermined what needs it, and nothing else', async (t) => {
  const missing = (tool: string) =>
    host('system/tools', { verdict: 'warn', message: `${tool} is not installed` });
  const lacks = (check: string, tool: string) =>
    host(check, {
      verdict: 'error',
      code: 'missing-program',
      message: `${tool} is not installed on the node`,
    });
  assertOnly(t, healthy, await changed(lab, without('ethtool')), [missing('ethtool')]);
  assertOnly(t, healthy, await changed(lab, without('devlink')), [missing('devlink')]);
  const lspci = await changed(lab, without('lspci'));
  assertOnly(t, healthy, lspci, [missing('lspci'), lacks('lspci', 'lspci')]);
  t.is(lspci.exitCode, 2);
  assertOnly(t, healthy, await changed(lab, without('ip')), [
    missing('ip'),
    ...[
      'chain/port-duplicates',
      'chain/vf-representors',
      'gateway/interface-setting',
      'gateway/management-port-exists',
      'sriov/dpf-pool-vfs',
      'system/iproute2-version',
    ].map((check) => lacks(check, 'ip')),
  ]);
});

const as = async (user: string): Promise<string> => {
  const file = join(lab.stateDir, `inventory-${user}.yaml`);
  await writeFile(
    file,
    (await readFile(lab.inventoryFile, 'utf8')).replaceAll('user: root', `user: ${user}`),
  );
  return file;
};

test.serial('who may use sudo sees what root sees', async (t) => {
  const report = await examine('-i', await as('sre'));
  assertHealthy(t, report);
  assertOnly(t, healthy, report, []);
});

test.serial('without root, what needs none gets its verdict, and what needs root says so', async (t) => {
  const report = await examine('-i', await as('operator'));
  const mine = report.results.filter(({ group }) => ['gateway', 'sriov', 'system'].includes(group));
  const wrong = mine.filter(
    ({ target, verdict }) => target === 'host1' && !['pass', 'skip'].includes(verdict),
  );
  t.deepEqual(wrong, []);
  t.is(mine.find(({ checkId }) => checkId === 'gateway/gateway-interface')?.verdict, 'pass');
});

test.serial('without root, a setting in the environment alone is not taken for absent', async (t) => {
  const undo = await ovnkubeWith([], {
    OVNKUBE_NODE_MODE: 'dpu-host',
    OVNKUBE_NODE_MGMT_PORT_NETDEV: 'enp2s0f0v0',
    OVN_GATEWAY_OPTS: DERIVE,
  })(lab);
  try {
    const report = await examine('-i', await as('operator'));
    const mode = report.results.find(
      ({ target, checkId }) => target === 'host1' && checkId === 'gateway/node-mode',
    );
    t.is(mode?.verdict, 'error');
    t.regex(mode?.reason ?? '', /can't be read/);
  } finally {
    await undo();
  }
});

test.serial('the pair is healthy again', async (t) => {
  assertHealthy(t, await examine('-i', lab.inventoryFile));
});
