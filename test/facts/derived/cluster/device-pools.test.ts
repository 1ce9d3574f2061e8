import test from 'ava';
import fc from 'fast-check';
import type { ConfigMap } from '../../../../facts/cluster/config-maps.ts';
import { devicePools, poolsOf } from '../../../../facts/derived/cluster/device-pools.ts';
import {
  parseFunctionSelector,
  takesVf,
  vfCount,
} from '../../../../facts/derived/cluster/function-selector.ts';
import { multusSets, prefixOf } from '../../../../facts/derived/cluster/network-workloads.ts';
import { attachmentConfig, isOvnDefault } from '../../../../facts/derived/cluster/vf-networks.ts';
import { bluefieldCluster } from '../../../../lab/kubernetes/clusters/bluefield.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const { workloads } = clusterFactsOf(bluefieldCluster());

const configMap = (data: Record<string, string>, name = 'sriovdp-config'): ConfigMap => ({
  name,
  namespace: 'kube-system',
  uid: '',
  data: new Map(Object.entries(data)),
});

/** As it stands in the guide for BlueField-2 (seed A L330-348). */
const GUIDE = `{
    "resourceList": [{
            "resourceName": "mlnx_sriov_cx6",
            "selectors": {
                "vendors": ["15b3"],
                "devices": ["101e"],
                "drivers": ["mlx5_core"],
                "pfNames": ["enp2s0f0np0#1-2"]
            }
        }
    ]
}`;

test('ranges of VFs, as the device plugin reads them', (t) => {
  const count = (text: string) => vfCount(parseFunctionSelector(text));
  t.is(count('enp2s0f0np0#1-2'), 2);
  t.is(count('p0#1-7'), 7);
  t.is(count('p0#0,2-3,3-4'), 4);
  t.is(count('0000:02:00.0#5'), 1);
  t.is(count('p0'), undefined);
  const range = parseFunctionSelector('p0#1-7');
  t.deepEqual(
    [0, 1, 7, 8].map((vf) => takesVf(range, vf)),
    [false, true, true, false],
  );
  t.true(takesVf(parseFunctionSelector('p0'), 0));
});

test('a range that the device plugin can not read has a fault, and selects nothing', (t) => {
  for (const [text, fault] of [
    ['p0#1#2', 'probably incorrect separator character usage'],
    ['p0#1-2-3', 'probably incorrect range character usage'],
    ['p0#a-2', 'start range is incorrect'],
    ['p0#1-b', 'end range is incorrect'],
    ['p0#', 'index is incorrect'],
    ['p0#1, 2', 'index is incorrect'],
    ['p0#7-1', 'the range 7-1 ends before it begins'],
    ['#1', 'it names no PF'],
  ] as const) {
    const selector = parseFunctionSelector(text);
    t.is(selector.fault, `Failed to parse ${text} PF (name|address) selector, ${fault}`);
    t.is(vfCount(selector), 0);
  }
});

test("the guide's pool has the plugin's own prefix, and another one where its command line says so", (t) => {
  const maps = [configMap({ 'config.json': GUIDE })];
  const { pools, faults, sources } = devicePools(maps, workloads);
  t.deepEqual(faults, []);
  t.deepEqual(sources, ['kube-system/sriovdp-config config.json']);
  t.like(pools[0], { resource: 'intel.com/mlnx_sriov_cx6', hasPrefix: false, deviceType: 'netDevice' });
  const told = workloads.map((workload) =>
    workload.name === 'kube-sriov-device-plugin'
      ? {
          ...workload,
          containers: workload.containers.map((one) => ({
            ...one,
            args: ['--log-level=10', '--resource-prefix=mellanox.com'],
          })),
        }
      : workload,
  );
  t.is(prefixOf(told), 'mellanox.com');
  t.is(devicePools(maps, told).pools[0]?.resource, 'mellanox.com/mlnx_sriov_cx6');
});

test('a key for each node, and selectors as a list', (t) => {
  const entry = (name: string, selectors: unknown) =>
    JSON.stringify({ resourceList: [{ resourcePrefix: 'openshift.io', resourceName: name, selectors }] });
  const found = devicePools(
    [
      configMap(
        {
          node1: entry('one', [{ pfNames: ['a#1'] }, { rootDevices: ['0000:02:00.0#2'] }]),
          node2: entry('two', {}),
        },
        'device-plugin-config',
      ),
    ],
    [],
  );
  t.deepEqual(found.faults, []);
  t.deepEqual(
    poolsOf(found, 'node1').map(({ resource, selectors }) => [resource, selectors.length]),
    [['openshift.io/one', 2]],
  );
  t.deepEqual(
    poolsOf(found, 'node2').map(({ resource }) => resource),
    ['openshift.io/two'],
  );
});

test('the SR-IOV operator writes null for a node that no policy selects, which is no fault', (t) => {
  const entry = '{"resourceList":[{"resourceName":"one","selectors":{"pfNames":["a#1"],"IsRdma":true}}]}';
  const map = configMap({ node1: entry, node2: '{"resourceList":null}' }, 'device-plugin-config');
  const found = devicePools([map], []);
  t.deepEqual(found.faults, []);
  t.deepEqual(poolsOf(found, 'node2'), []);
  t.is(poolsOf(found, 'node1').length, 1);
});

test('what a configuration has wrong', (t) => {
  const kinds = (text: string) =>
    devicePools([configMap({ 'config.json': text })], []).faults.map(({ kind }) => kind);
  t.deepEqual(kinds(`${GUIDE},`), ['not-json']);
  t.deepEqual(kinds('{"resources": []}'), ['no-list']);
  t.deepEqual(kinds('{"resourceList": []}'), ['no-list']);
  t.deepEqual(kinds('{"resourceList": [{"resourceName": "a/b", "selectors": {}}]}'), ['bad-name']);
  t.deepEqual(kinds('{"resourceList": [{"resourceName": "a.b", "selectors": {}}]}'), ['bad-name']);
  t.deepEqual(kinds('{"resourceList": [{"resourceName": "a"}]}'), ['nothing-selected']);
  t.deepEqual(
    kinds('{"resourceList": [{"resourceName": "a", "deviceType": "netdevice", "selectors": {}}]}'),
    ['bad-type'],
  );
  t.deepEqual(kinds('{"resourceList": [{"resourceName": "a", "selectors": {"pfNames": "p0#1-2"}}]}'), [
    'no-selector',
  ]);
  t.deepEqual(kinds('{"resourceList": [{"resourceName": "a", "selectors": [{"vendors": [15]}]}]}'), [
    'no-selector',
  ]);
  t.deepEqual(
    kinds(
      '{"resourceList": [{"resourceName": "a", "selectors": {}}, {"resourceName": "a", "selectors": {}}]}',
    ),
    ['duplicate'],
  );
  t.deepEqual(
    kinds(
      '{"resourceList": [{"resourceName": "a", "selectors": {}}, {"resourcePrefix": "x.com", "resourceName": "a", "selectors": {}}]}',
    ),
    [],
  );
});

test('Multus is known by its container or its image, whoever deploys it', (t) => {
  const known = (name: string, image: string): boolean => {
    const [any] = workloads.filter(({ kind }) => kind === 'DaemonSet');
    const [container] = any?.containers ?? [];
    if (any === undefined || container === undefined) throw new Error('no DaemonSet');
    return multusSets([{ ...any, name: 'x', containers: [{ ...container, name, image }] }]).length > 0;
  };
  t.true(known('kube-multus', 'quay.io/x@sha256:0'));
  t.true(known('x', 'ghcr.io/k8snetworkplumbingwg/multus-cni:snapshot-thick'));
  t.true(known('kube-rke2-multus', 'docker.io/rancher/hardened-multus-cni:v4.2.1'));
  t.false(known('kube-multus-additional-cni-plugins', 'quay.io/x@sha256:0'));
  t.false(known('webhook', 'ghcr.io/k8snetworkplumbingwg/multi-networkpolicy-iptables'));
});

test('whose network a NetworkAttachmentDefinition has', (t) => {
  const read = (config: string) => attachmentConfig({ config });
  t.like(read('{"type":"ovn-k8s-cni-overlay","name":"ovn-kubernetes"}'), {
    ok: true,
    name: 'ovn-kubernetes',
  });
  t.true(isOvnDefault(read('{"name":"x","plugins":[{"type":"ovn-k8s-cni-overlay"}]}')));
  t.false(isOvnDefault(read('{"name":"x","type":"ovn-k8s-cni-overlay","topology":"layer2"}')));
  t.false(isOvnDefault(read('{"name":"x","type":"sriov"}')));
  t.like(read(''), { ok: false, why: 'its spec.config is empty' });
  t.like(read('[]'), { ok: false, why: 'it names no type' });
  t.false(read('{').ok);
});

test('whatever stands in a ConfigMap or in a selector, nothing throws and nothing hangs', (t) => {
  const entry = fc.record(
    {
      resourceName: fc.anything(),
      resourcePrefix: fc.anything(),
      selectors: fc.oneof(
        fc.anything(),
        fc.record({ pfNames: fc.array(fc.string()), rootDevices: fc.anything() }, { requiredKeys: [] }),
      ),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ resourceList: fc.oneof(fc.anything(), fc.array(entry)) })
      .map((value) => JSON.stringify(value) ?? ''),
  );
  fc.assert(
    fc.property(text, fc.string(), (value, key) => {
      const { pools } = devicePools([configMap({ 'config.json': value, [key]: value })], workloads);
      for (const { selectors } of pools)
        for (const { pfNames } of selectors) for (const one of pfNames) vfCount(one);
      attachmentConfig({ config: value });
    }),
  );
  const ranges = fc.stringMatching(/^[a-z0-9]{0,3}#?[0-9,#-]{0,20}$/);
  fc.assert(
    fc.property(ranges, fc.nat(30), (selector, vf) => {
      const parsed = parseFunctionSelector(selector);
      const count = vfCount(parsed);
      t.true(count === undefined || count >= 0);
      if (takesVf(parsed, vf)) t.not(count, 0);
    }),
  );
  t.pass();
});
