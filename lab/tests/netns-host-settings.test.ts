import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';
import { type Change, changed, DERIVE, dpuOvnkubeAlsoWith, MODE, ovnkubeWith, PORT } from './host.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-host-settings', topology: 'bluefield', pairs: 1 });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(() => lab?.down());

const host = (check: string, more: Partial<Expected> = {}): Expected => ({
  target: 'host1',
  check: `gateway/${check}`,
  ...more,
});
const resultOf = (report: Report, check: string) =>
  report.results.find(({ target, checkId }) => target === 'host1' && checkId === `gateway/${check}`);

/** Where a setting was found, by the evidence of the check of the mode. */
const sourceOf = (report: Report) => resultOf(report, 'node-mode')?.evidence[0]?.source ?? '';

const FILE = `[OvnKubeNode]
mode=dpu-host
mgmt-port-netdev=enp2s0f0v0

[Gateway]
interface=derive-from-mgmt-port
`;
const QUOTED = `[ovnkubenode]
Mode = "dpu-host" ; a comment
Mgmt-Port-Netdev = enp2s0f0v0
[gateway]
Interface = derive-from-mgmt-port # another
`;

const ENVIRONMENT = {
  OVNKUBE_NODE_MODE: 'dpu-host',
  OVNKUBE_NODE_MGMT_PORT_NETDEV: 'enp2s0f0v0',
  OVN_GATEWAY_OPTS: '--gateway-nexthop 192.168.40.254 --gateway-interface derive-from-mgmt-port',
};

const otherFile: Change = async (one) => {
  const { host: node } = one.pair(1);
  await node.exec(['tee', '/etc/other.conf'], { input: FILE });
  const undo = await ovnkubeWith(['--config-file', '/etc/other.conf'])(one);
  return async () => {
    await undo();
    await node.sh('rm /etc/other.conf');
  };
};

const WAYS: readonly (readonly [string, Change, RegExp])[] = [
  [
    'arguments in two words',
    ovnkubeWith([MODE, PORT, DERIVE].flatMap((one) => one.split('='))),
    /^\/proc\/\d+\/cmdline/,
  ],
  ['the environment', ovnkubeWith([], ENVIRONMENT), /^\/proc\/\d+\/environ/],
  [
    'the configuration file',
    ovnkubeWith([], {}, { configFile: FILE }),
    /^\/etc\/openvswitch\/ovn_k8s\.conf$/,
  ],
  [
    'the configuration file, in other letters',
    ovnkubeWith([], {}, { configFile: QUOTED }),
    /^\/etc\/openvswitch\/ovn_k8s\.conf$/,
  ],
  ['another configuration file', otherFile, /^\/etc\/other\.conf$/],
];

for (const [what, way, source] of WAYS)
  test.serial(`the settings are found in ${what}`, async (t) => {
    const report = await changed(lab, way);
    assertOnly(t, healthy, report, []);
    t.regex(sourceOf(report), source);
    t.is(resultOf(report, 'gateway-interface')?.note, 'enp2s0f0np0 is the gateway interface');
  });

test.serial('an argument goes before the file', async (t) => {
  const configFile = FILE.replace('dpu-host', 'full');
  const report = await changed(lab, ovnkubeWith([MODE], {}, { configFile }));
  assertOnly(t, healthy, report, []);
  const wrong = await changed(lab, ovnkubeWith(['--ovnkube-node-mode=full'], {}, { configFile: FILE }));
  assertOnly(t, healthy, wrong, [host('node-mode', { code: 'WRONG_MODE' })]);
});

const RESOURCE = '--ovnkube-node-mgmt-port-dp-resource-name=nvidia.com/bf2-mgmt.vf';
const VARIABLE = 'PCIDEVICE_NVIDIA_COM_BF2-MGMT_VF';
const device = (value: string) => ({ [VARIABLE]: value });
const RESOURCE_JUDGED = host('management-port-resource', { verdict: 'pass' });

test.serial('the management port is given as a resource', async (t) => {
  for (const devices of ['0000:02:00.3', '0000:02:00.4,0000:02:00.3']) {
    const report = await changed(lab, ovnkubeWith([MODE, RESOURCE, DERIVE], device(devices)));
    assertOnly(t, healthy, report, [RESOURCE_JUDGED]);
    t.is(resultOf(report, 'management-port-pci-address')?.note, '0000:02:00.3');
  }
});

test.serial('of a resource and a network device, the resource counts', async (t) => {
  const report = await changed(lab, ovnkubeWith([MODE, PORT, RESOURCE, DERIVE], device('0000:02:00.4')));
  assertOnly(t, healthy, report, [
    host('management-port-setting', {
      verdict: 'warn',
      message:
        'both enp2s0f0v0 and the resource nvidia.com/bf2-mgmt.vf are given as management port: the resource counts',
    }),
    RESOURCE_JUDGED,
  ]);
  t.is(resultOf(report, 'management-port-pci-address')?.note, '0000:02:00.4');
});

test.serial('a resource without device: passed over, or the network device stands in', async (t) => {
  const absent = await changed(lab, ovnkubeWith([MODE, RESOURCE, DERIVE]));
  assertOnly(t, healthy, absent, [host('management-port-resource', { code: 'PASSED_OVER' })]);
  const empty = await changed(lab, ovnkubeWith([MODE, RESOURCE, DERIVE], device('')));
  assertOnly(t, healthy, empty, [
    host('management-port-resource', { message: 'no device IDs for resource: nvidia.com/bf2-mgmt.vf' }),
  ]);
  const standIn = await changed(lab, ovnkubeWith([MODE, PORT, RESOURCE, DERIVE]));
  assertOnly(t, healthy, standIn, [
    host('management-port-resource', { verdict: 'warn', code: 'FALLS_BACK' }),
  ]);
});

test.serial('a device of the resource that is not there fails step 1, in the words of both', async (t) => {
  const report = await changed(lab, ovnkubeWith([MODE, RESOURCE, DERIVE], device('0000:02:0a.3')));
  assertOnly(t, healthy, report, [
    RESOURCE_JUDGED,
    host('management-port-exists', { message: 'failed to get PCI address' }),
  ]);
  t.regex(
    resultOf(report, 'management-port-exists')?.findings[0]?.observed ?? '',
    /^failed to get netdev name for device 0000:02:0a\.3 allocated for default network: /,
  );
});

test.serial(
  'the management port is not given, or in a way that network segmentation rules out',
  async (t) => {
    const none = await changed(lab, ovnkubeWith([MODE, DERIVE]));
    assertOnly(t, healthy, none, [
      host('management-port-setting', {
        message: 'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
      }),
    ]);
    const segmented = await changed(lab, ovnkubeWith([MODE, PORT, DERIVE, '--enable-network-segmentation']));
    assertOnly(t, healthy, segmented, [
      host('management-port-setting', {
        message:
          'ovnkube-node-mgmt-port-dp-resource-name must be provided on dpu-host mode if network segmentation is enabled',
      }),
    ]);
  },
);

const NOT_DERIVED = ['pf-netdevs', 'gateway-interface', 'interface-address'].map((name) =>
  host(name, { verdict: 'skip' }),
);

test.serial('the gateway interface is given by name', async (t) => {
  const given = await changed(lab, ovnkubeWith([MODE, PORT, '--gateway-interface=enp2s0f0np0']));
  assertOnly(t, healthy, given, NOT_DERIVED);
  const none = await changed(lab, ovnkubeWith([MODE, PORT]));
  assertOnly(t, healthy, none, [...NOT_DERIVED, host('interface-setting', { verdict: 'skip' })]);
  for (const name of ['eth77', 'derive-from-mgmt-prot']) {
    const report = await changed(lab, ovnkubeWith([MODE, PORT, `--gateway-interface=${name}`]));
    assertOnly(t, healthy, report, [
      host('interface-setting', { message: `Device "${name}" does not exist.` }),
    ]);
  }
  const inwards = await changed(lab, ovnkubeWith([MODE, PORT, '--gateway-interface=ovn-k8s-mp0']));
  assertOnly(t, healthy, inwards, [host('interface-setting', { code: 'NO_WAY_OUT' })]);
});

test.serial('a management port is given to the DPU', async (t) => {
  const report = await changed(lab, dpuOvnkubeAlsoWith(PORT));
  assertOnly(t, healthy, report, [
    {
      target: 'dpu1',
      check: 'gateway/management-port-setting',
      message:
        'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided',
    },
  ]);
});

test.serial('expectations are held against what runs, where they are meant for', async (t) => {
  const expect = (...values: readonly string[]) =>
    examine('-i', lab.inventoryFile, ...values.flatMap((one) => ['--set', one]));
  const judged = host('expected-settings', { verdict: 'pass' });
  const same = await expect('management-port=enp2s0f0v0', 'gateway-interface=derive-from-mgmt-port');
  assertOnly(t, healthy, same, [judged]);
  const other = await expect('management-port=enp2s0f0v1');
  assertOnly(t, healthy, other, [
    host('expected-settings', { message: 'management-port is enp2s0f0v0 and not enp2s0f0v1' }),
  ]);
  const resource = await expect('management-port-resource=nvidia.com/bf2');
  assertOnly(t, healthy, resource, [host('expected-settings', { code: 'NOT_GIVEN' })]);
});

test.serial('the pair is healthy again', async (t) => {
  assertHealthy(t, await examine('-i', lab.inventoryFile));
});
