import test from 'ava';
import type { AnyPairCheck } from '../../../checks/define.ts';
import { nodeAnnotationsMatch } from '../../../checks/ovnkube/node-annotations-match.ts';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { clusterFactsOf } from '../../helpers/cluster-facts.ts';
import { changed, codesOf } from '../../helpers/judge-cluster.ts';

const CHASSIS = 'k8s.ovn.org/node-chassis-id';
const PORT = 'k8s.ovn.org/node-mgmt-port';

const PF = { address: '0000:02:00.0', virtfns: new Map([0, 1, 2].map((vf) => [vf, `0000:02:00.${3 + vf}`])) };

/** A host whose management port is VF 0, and whose node has these annotations in the place of the right ones. */
function judge(annotations: Record<string, string | undefined>, { renamed = true } = {}) {
  const own = { [CHASSIS]: 'the-chassis', ...annotations };
  const objects = changed(bluefieldCluster(), 'Node', /^dpu-host$/, ({ metadata }) => {
    const all = Object.entries({ ...metadata.annotations, ...own });
    metadata.annotations = Object.fromEntries(
      all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
  });
  const { nodes } = clusterFactsOf(objects);
  const input = {
    host: {
      netdevs: [{ name: renamed ? 'ovn-k8s-mp0' : 'enp2s0f0v0', pciAddress: '0000:02:00.3' }],
      pci: { functions: new Map([[PF.address, PF]]) },
    },
    dpu: { ovs: { openVSwitch: { externalIds: new Map([['system-id', 'the-chassis']]) } } },
    cluster: { host: { nodes }, dpu: {} },
    expected: {},
    subject: { host: { name: 'host', nodeName: 'dpu-host' }, dpu: { name: 'dpu' } },
  };
  return codesOf((nodeAnnotationsMatch as AnyPairCheck).judge(input as never));
}

test('the node names the chassis that the DPU is, and the VF that the management port is', (t) => {
  t.deepEqual(judge({}), ['pass']);
  t.deepEqual(judge({ [PORT]: '{"default":{"DeviceId":"0000:02:00.3","PfId":0,"FuncId":0}}' }), ['pass']);
});

test("a chassis that the DPU is not, and a VF that is not there or not the management port's", (t) => {
  t.deepEqual(judge({ [CHASSIS]: 'another' }), ['OTHER_CHASSIS']);
  t.deepEqual(judge({ [PORT]: '{"PfId":0,"FuncId":30}' }), ['NO_SUCH_VF']);
  t.deepEqual(judge({ [PORT]: '{"PfId":1,"FuncId":0}' }), ['NO_SUCH_VF']);
  t.deepEqual(judge({ [PORT]: '{"PfId":0,"FuncId":1}' }), ['OTHER_VF']);
  t.deepEqual(judge({ [CHASSIS]: 'another', [PORT]: '{"PfId":0,"FuncId":1}' }), [
    'OTHER_CHASSIS',
    'OTHER_VF',
  ]);
});

test('what is not written, or not made yet, is not compared', (t) => {
  t.deepEqual(judge({ [CHASSIS]: undefined }), ['pass']);
  t.deepEqual(judge({ [PORT]: '{"PfId":0,"FuncId":1}' }, { renamed: false }), ['pass']);
  t.deepEqual(judge({ [CHASSIS]: undefined, [PORT]: undefined }), ['not-applicable']);
});
