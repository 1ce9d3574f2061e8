import test from 'ava';
import { dpfDpus } from '../../../facts/cluster/dpf-dpus.ts';

const dpu = (name: string, spec: object, status: object = {}) => ({
  metadata: { name, namespace: 'dpf-operator-system', uid: name },
  spec,
  status,
});

test('DPU objects name their host in the fields of every release of DPF', (t) => {
  const parsed = dpfDpus.parse(
    {
      dpus: [
        dpu(
          'worker1-0000-2b-00',
          { nodeName: 'worker1', pci_address: '0000-2b-00' },
          { phase: 'OS Installing' },
        ),
        dpu(
          'worker2-mt25',
          { dpuNodeName: 'worker2', dpuDeviceName: 'mt25', serialNumber: 'MT25' },
          { phase: 'Ready' },
        ),
        dpu('dpu-node-mt26-mt26', { dpuNodeName: 'dpu-node-mt26' }),
        dpu('nobody', {}),
        { spec: { nodeName: 'nameless' } },
        'nonsense',
      ],
      dpuNodes: [
        {
          metadata: { name: 'dpu-node-mt26', namespace: 'dpf-operator-system' },
          status: { kubeNodeRef: 'worker3' },
        },
        // Of the same name elsewhere: another one.
        { metadata: { name: 'worker2', namespace: 'other' }, status: { kubeNodeRef: 'worker9' } },
      ],
    },
    {},
  );
  t.deepEqual(
    parsed?.map(({ device }) => device),
    ['pci_address 0000-2b-00', 'dpuDeviceName mt25', undefined],
  );
  t.deepEqual(
    parsed?.map(({ name, host, hostFrom, phase }) => [name, host, hostFrom, phase]),
    [
      ['worker1-0000-2b-00', 'worker1', 'spec.nodeName', 'OS Installing'],
      ['worker2-mt25', 'worker2', 'spec.dpuNodeName', 'Ready'],
      ['dpu-node-mt26-mt26', 'worker3', 'status.kubeNodeRef of DPUNode dpu-node-mt26', undefined],
    ],
  );
});

test('without DPF there is nothing to tell; without DPUNodes the DPUs tell all the same', (t) => {
  t.is(dpfDpus.parse({ dpus: undefined, dpuNodes: undefined }, {}), undefined);
  const [one] = dpfDpus.parse({ dpus: [dpu('a', { dpuNodeName: 'h' })], dpuNodes: undefined }, {}) ?? [];
  t.like(one, { host: 'h', hostFrom: 'spec.dpuNodeName' });
});
