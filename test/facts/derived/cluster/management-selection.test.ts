import test from 'ava';
import fc from 'fast-check';
import type { ClusterNode } from '../../../../facts/cluster/nodes.ts';
import type { DevicePool, DeviceSelector } from '../../../../facts/derived/cluster/device-pools.ts';
import { parseFunctionSelector } from '../../../../facts/derived/cluster/function-selector.ts';
import { managementSettings, managementVf } from '../../../../facts/derived/cluster/management-port.ts';
import { selectedBy } from '../../../../facts/derived/cluster/management-selection.ts';
import { bluefieldCluster } from '../../../../lab/kubernetes/clusters/bluefield.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const { nodes, workloads, configMaps } = clusterFactsOf(bluefieldCluster());
const host = nodes.find(({ name }) => name === 'dpu-host') as ClusterNode;

const annotated = (text: string): ClusterNode => ({
  ...host,
  annotations: new Map([['k8s.ovn.org/node-mgmt-port', text]]),
});

const pool = (selector: {
  pfNames?: string[];
  rootDevices?: string[];
  pciAddresses?: string[];
}): DevicePool => {
  const full: DeviceSelector = {
    vendors: ['15b3'],
    devices: [],
    drivers: [],
    pciAddresses: selector.pciAddresses ?? [],
    pfNames: (selector.pfNames ?? []).map(parseFunctionSelector),
    rootDevices: (selector.rootDevices ?? []).map(parseFunctionSelector),
  };
  return {
    resource: 'mellanox.com/x',
    name: 'x',
    hasPrefix: true,
    deviceType: 'netDevice',
    from: 'kube-system/sriovdp-config config.json',
    node: undefined,
    selectors: [full],
  };
};

test('the annotation of ovnkube tells the VF, in the form of old releases and in that of new ones', (t) => {
  t.like(managementVf(host), { vf: 0, pf: 0 });
  const keyed = annotated('{"default":{"DeviceId":"0000:02:00.3","PfId":1,"FuncId":2}}');
  t.like(managementVf(keyed), { vf: 2, pf: 1, pciAddress: '0000:02:00.3' });
  for (const text of ['', '{', '[]', '{}', '{"default":null}', '{"FuncId":"0"}'])
    t.is(managementVf(annotated(text)), undefined, text);
});

test("the DaemonSet of the hosts tells the management port's network device", (t) => {
  t.deepEqual(
    managementSettings(workloads, configMaps, 'managementPort').map(({ value }) => value),
    ['enp2s0f0v0'],
  );
  t.deepEqual(managementSettings(workloads, configMaps, 'managementPortResource'), []);
});

const FIRST = { vf: 0, pf: 0, pciAddress: undefined, said: 'annotation' };

const GUIDE = { netdev: 'enp2s0f0v0', management: FIRST };

/** Neither the DaemonSet nor ovnkube says anything. */
const SILENT = { netdev: undefined, management: undefined };

test('whether a pool takes the VF', (t) => {
  const kind = (selector: Parameters<typeof pool>[0], told: Partial<typeof GUIDE | typeof SILENT> = GUIDE) =>
    selectedBy(pool(selector), told.management, told.netdev).kind;
  t.is(kind({ pfNames: ['enp2s0f0np0#1-2'] }), 'free');
  t.is(kind({ pfNames: ['enp2s0f0np0#0-2'] }), 'taken');
  t.is(kind({ pfNames: ['enp2s0f0#0'] }), 'taken');
  t.is(kind({ pfNames: ['enp2s0f0np0'] }), 'taken');
  t.is(kind({}), 'taken');
  // The other port of the card, and another card, have a VF 0 of their own.
  t.is(kind({ pfNames: ['enp2s0f1np1#0-7'] }), 'free');
  t.is(kind({ pfNames: ['enp129s0f0np0#0-7'] }), 'free');
  t.is(kind({ pfNames: ['enp2s0f0np0#1-2', 'enp2s0f1np1#0-2'] }), 'free');
  t.is(kind({ rootDevices: ['0000:02:00.1#0-7'] }), 'free');
  t.is(kind({ rootDevices: ['0000:02:00.0#0-7'] }), 'taken');
  // Both lists must fit.
  t.is(kind({ pfNames: ['enp2s0f0np0'], rootDevices: ['0000:02:00.0#1-7'] }), 'free');
  // A name that says nothing is taken for the PF only where there is no other.
  t.is(kind({ pfNames: ['p0#0-7'] }, { management: FIRST }), 'taken');
  t.is(kind({ pfNames: ['p0#0-7', 'p1#0-7'] }, { management: FIRST }), 'unknown');
  t.is(kind({ pfNames: ['p0#0-7'] }, SILENT), 'unknown');
  t.is(kind({ pfNames: ['enp2s0f0np0#0-2'] }, { netdev: 'enp2s0f0v0' }), 'taken');
  t.is(kind({ pciAddresses: ['0000:02:00.3'] }), 'unknown');
  const known = { management: { ...FIRST, pciAddress: '0000:02:00.3' } };
  t.is(selectedBy(pool({ pciAddresses: ['0000:02:00.3'] }), known.management, undefined).kind, 'taken');
  t.is(selectedBy(pool({ pciAddresses: ['0000:02:00.4'] }), known.management, undefined).kind, 'free');
});

test('whatever is selected, and whatever is annotated, nothing throws', (t) => {
  const names = fc.array(
    fc.oneof(fc.string(), fc.stringMatching(/^enp[0-9]s0f[0-9](np[0-9])?(#[0-9]-?[0-9]?)?$/)),
  );
  fc.assert(
    fc.property(
      names,
      names,
      names,
      fc.string(),
      fc.oneof(fc.string(), fc.json()),
      (a, b, c, netdev, text) => {
        selectedBy(
          pool({ pfNames: a, rootDevices: b, pciAddresses: c }),
          managementVf(annotated(text)),
          netdev,
        );
      },
    ),
  );
  t.pass();
});
