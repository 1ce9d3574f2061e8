import type { ConfigMap } from '../../cluster/config-maps.ts';
import type { ClusterNode } from '../../cluster/nodes.ts';
import { type Workload, workloadName } from '../../cluster/workloads.ts';
import { number, optionalText, record } from '../../json.ts';
import { nodeContainers, settingOf, type Told } from './ovnkube.ts';

/** What tells which VF of a DPU host is its management port. */
export interface ManagementVf {
  /** Number of the VF; undefined where only its address is told. */
  readonly vf: number | undefined;
  /** Function number of its PF. */
  readonly pf: number | undefined;
  readonly pciAddress: string | undefined;
  readonly said: string;
}

const ANNOTATION = 'k8s.ovn.org/node-mgmt-port';

/**
 * The VF that ovnkube on the host has written down for the DPU (OVN-Kubernetes, go-controller/pkg/util/node_annotations.go),
 * of the default network where there are several; undefined where it has not, or what stands there is not that.
 */
export function managementVf({ name, annotations }: ClusterNode): ManagementVf | undefined {
  const text = annotations.get(ANNOTATION);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const whole = record(json);
  // Old releases wrote the entry of the default network alone.
  const entry = whole['default'] === undefined ? whole : record(whole['default']);
  const vf = number(entry, 'FuncId');
  const pciAddress = optionalText(entry, 'DeviceId')?.toLowerCase();
  if (vf === undefined && pciAddress === undefined) return undefined;
  return {
    vf,
    pf: number(entry, 'PfId'),
    pciAddress,
    said: `${name}: ${ANNOTATION} ${text.slice(0, 200)}`,
  };
}

/** What the DaemonSets of DPU hosts say of the management port; what is filled in elsewhere is left out. */
export const managementSettings = (
  workloads: readonly Workload[],
  configMaps: readonly ConfigMap[],
  name: 'managementPort' | 'managementPortResource',
): readonly Told[] =>
  nodeContainers(workloads, configMaps)
    .filter(({ mode }) => mode?.value === 'dpu-host')
    .flatMap((one) => {
      const told = settingOf(one, name, configMaps);
      return told === undefined || told === 'unknown'
        ? []
        : [{ ...told, said: `${workloadName(one.workload)}: ${told.said}` }];
    });
