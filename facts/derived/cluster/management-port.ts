import type { ClusterNode } from '../../cluster/nodes.ts';
import { type Workload, workloadName } from '../../cluster/workloads.ts';
import { number, optionalText, record } from '../../json.ts';
import { modeOf } from './node-mode.ts';

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

/** Of the management port: its network device, or the resource of the device plugin that it is taken from. */
type ManagementSetting = 'netdev' | 'resource';

/** By argument and by variable of the start script (OVN-Kubernetes, dist/images/ovnkube.sh). */
const NAMES = {
  netdev: ['ovnkube-node-mgmt-port-netdev', 'OVNKUBE_NODE_MGMT_PORT_NETDEV'],
  resource: ['ovnkube-node-mgmt-port-dp-resource-name', 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME'],
} as const satisfies Record<ManagementSetting, readonly [flag: string, variable: string]>;

/** A value, and the words that give it. */
export interface ManagementWord {
  readonly value: string;
  readonly said: string;
}

/** What the DaemonSets of DPU hosts say of the management port; what is filled in elsewhere is left out. */
export function managementSettings(
  workloads: readonly Workload[],
  name: ManagementSetting,
): readonly ManagementWord[] {
  const [flag, variable] = NAMES[name];
  return workloads
    .filter((workload) => workload.kind === 'DaemonSet' && modeOf(workload)?.mode === 'dpu-host')
    .flatMap((workload) =>
      workload.containers.flatMap(({ command, args, environment }) => {
        const argument = [...command, ...args]
          .join(' ')
          .match(new RegExp(`(?:^|[\\s"'])--?${flag}[=\\s]+["']?([\\w./-]+)`))?.[1];
        const told = environment.get(variable);
        const value = argument ?? (told?.kind === 'value' ? told.value : '');
        if (value === '') return [];
        const said = argument === undefined ? `${variable}=${value}` : `--${flag}=${value}`;
        return [{ value, said: `${workloadName(workload)}: ${said}` }];
      }),
    );
}
