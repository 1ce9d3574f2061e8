import { type JsonRecord, optionalText, record } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { type Condition, conditionsOf, namedObjects, type ObjectIdentity } from './objects.ts';

/**
 * A DPU object of DPF. The node that the DPU becomes, in the cluster of the DPUs, is called as the object is
 * (NVIDIA/doca-platform, internal/provisioning/controllers/dpu/state/dpu_cluster_config.go).
 */
export interface DpfDpu extends ObjectIdentity {
  /** The name under which the DPU's host is a node. */
  readonly host: string;
  /** The field that names the host. */
  readonly hostFrom: string;
  /** What tells it from other DPUs of its host: the DPUDevice, serial number or PCI address; absent where none is given. */
  readonly device: string | undefined;
  /** How far DPF got with it, such as `Ready` or `OS Installing`; absent before it began. */
  readonly phase: string | undefined;
  /** Its conditions that are not True. */
  readonly unmet: readonly Condition[];
}

/** Undefined where DPF is not installed. */
export const dpfDpus = defineClusterFact({
  title: 'DPU objects of DPF',
  lists: {
    dpus: { path: '/apis/provisioning.dpu.nvidia.com/v1alpha1/dpus', optional: true },
    // Unknown to the first releases of DPF, whose DPUs name the node itself.
    dpuNodes: { path: '/apis/provisioning.dpu.nvidia.com/v1alpha1/dpunodes', optional: true },
  },
  parse({ dpus, dpuNodes }): readonly DpfDpu[] | undefined {
    if (dpus === undefined) return undefined;
    const nodeOf = new Map(
      namedObjects(dpuNodes ?? []).map(({ object, id }) => [
        `${id.namespace}/${id.name}`,
        optionalText(record(object['status']), 'kubeNodeRef'),
      ]),
    );
    return namedObjects(dpus).flatMap(({ object, id }) => {
      const spec = record(object['spec']);
      const dpuNode = optionalText(spec, 'dpuNodeName');
      const host = dpuNode ?? optionalText(spec, 'nodeName');
      if (host === undefined) return [];
      const node = dpuNode && nodeOf.get(`${id.namespace}/${dpuNode}`);
      return [
        {
          ...id,
          host: node ?? host,
          hostFrom:
            node === undefined
              ? `spec.${dpuNode === undefined ? 'nodeName' : 'dpuNodeName'}`
              : `status.kubeNodeRef of DPUNode ${dpuNode}`,
          device: deviceOf(spec),
          phase: optionalText(record(object['status']), 'phase'),
          unmet: conditionsOf(record(object['status'])).filter(({ status }) => status !== 'True'),
        },
      ];
    });
  },
});

/** The fields of several releases (NVIDIA/doca-platform, api/provisioning/v1alpha1/dpu_types.go). */
const DEVICE_FIELDS = ['dpuDeviceName', 'serialNumber', 'pciAddress', 'pci_address'];

const deviceOf = (spec: JsonRecord): string | undefined => {
  const field = DEVICE_FIELDS.find((name) => optionalText(spec, name));
  return field && `${field} ${optionalText(spec, field)}`;
};
