import type { ContainerTemplate } from '../../cluster/containers.ts';
import type { ClusterNode } from '../../cluster/nodes.ts';
import type { Pod } from '../../cluster/pods.ts';
import { type Workload, workloadName } from '../../cluster/workloads.ts';

/** The modes of ovnkube that make a node one side of a pair; full is every other node's. */
export type PairMode = 'dpu' | 'dpu-host';

/** A mode of ovnkube, and the DaemonSet that sets it, for people. */
export interface PlacedMode {
  readonly mode: PairMode;
  readonly ground: string;
  readonly workload: Workload;
}

const isPairMode = (text: string): text is PairMode => text === 'dpu' || text === 'dpu-host';

/** The mode that a workload's containers are told, by argument or by environment (OVN-Kubernetes, ovnkube.sh). */
export function modeOf({ containers }: Workload): { mode: PairMode; setting: string } | undefined {
  for (const container of containers) {
    const argument = optionOf(container, 'ovnkube-node-mode');
    if (argument !== undefined && isPairMode(argument))
      return { mode: argument, setting: `--ovnkube-node-mode=${argument}` };
    const variable = variableOf(container, 'OVNKUBE_NODE_MODE');
    if (variable !== undefined && isPairMode(variable))
      return { mode: variable, setting: `OVNKUBE_NODE_MODE=${variable}` };
    const operators = operatorMode(container);
    if (operators?.value === 'dpu-host') return { mode: 'dpu-host', setting: operators.said };
  }
  return undefined;
}

/** The function of OpenShift's script that starts ovnkube on nodes (openshift/cluster-network-operator, 008-script-lib.yaml). */
export const OPERATOR_START = 'start-ovnkube-node';

/** The mode by which OpenShift's script starts ovnkube: it knows dpu-host alone, and takes all else for full. */
export function operatorMode(
  container: ContainerTemplate,
): { readonly value: 'dpu-host' | 'full'; readonly said: string } | undefined {
  const variable = variableOf(container, 'OVN_NODE_MODE');
  if (variable === undefined || ![...container.command, ...container.args].join(' ').includes(OPERATOR_START))
    return undefined;
  return { value: variable === 'dpu-host' ? 'dpu-host' : 'full', said: `OVN_NODE_MODE=${variable}` };
}

/** The value of `--name=value` or `--name value` in a container's command line. */
function optionOf({ command, args }: ContainerTemplate, name: string): string | undefined {
  const words = [...command, ...args];
  for (const [index, word] of words.entries()) {
    const [, option, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (option === name) return value ?? words[index + 1];
  }
  return undefined;
}

function variableOf({ environment }: ContainerTemplate, name: string): string | undefined {
  const found = environment.get(name);
  return found?.kind === 'value' ? found.value : undefined;
}

/** On which nodes the DaemonSets' pods stand that run ovnkube as one side of a pair. */
export function modesByNode(
  workloads: readonly Workload[],
  pods: readonly Pod[],
): ReadonlyMap<string, readonly PlacedMode[]> {
  const byOwner = new Map(
    workloads
      .filter(({ kind }) => kind === 'DaemonSet')
      .map((workload) => [`${workload.namespace}/${workload.name}`, workload]),
  );
  const modes = new Map<string, PlacedMode[]>();
  for (const { node, owner, namespace, name, deleting } of pods) {
    if (node === '' || deleting || owner?.kind !== 'DaemonSet') continue;
    const workload = byOwner.get(`${namespace}/${owner.name}`);
    const told = workload && modeOf(workload);
    if (workload === undefined || told === undefined) continue;
    const ground = `its pod ${namespace}/${name} is of ${workloadName(workload)}, which sets ${told.setting}`;
    modes.set(node, [...(modes.get(node) ?? []), { mode: told.mode, ground, workload }]);
  }
  return modes;
}

/** The first setting by which OVN-Kubernetes is told that veth pairs stand for VFs and representors. */
export const vethSetting = (workloads: readonly Workload[]): string | undefined => {
  for (const workload of workloads) {
    const found = vethSettingOf(workload);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Seed K L426 has one name for it, the provider of its commit another, and releases since have OVN_SIMULATE_DPU (dist/images/ovnkube.sh). */
export function vethSettingOf(workload: Workload): string | undefined {
  for (const container of workload.containers) {
    for (const [name, value] of VETH_VARIABLES)
      if (variableOf(container, name) === value) return `${workloadName(workload)} sets ${name}=${value}`;
    if (optionOf(container, 'dpu-provider') === 'veth')
      return `${workloadName(workload)} sets --dpu-provider=veth`;
    const words = [...container.command, ...container.args];
    if (words.some((word) => /^--?simulate-dpu(?:=true)?$/.test(word)))
      return `${workloadName(workload)} sets --simulate-dpu`;
  }
  return undefined;
}

const VETH_VARIABLES = [
  ['DPU_REPRESENTOR_MODE', 'veth'],
  ['OVNKUBE_DPU_PROVIDER', 'veth'],
  ['OVN_SIMULATE_DPU', 'true'],
] as const;

/** What shows that dpu-simulator made a node: its label, or the resource of its device plugin (pkg/deviceplugin). */
export function simulatedNode({ labels, capacity }: ClusterNode): string | undefined {
  if (labels.has(SIMULATOR_LABEL)) return `the label ${SIMULATOR_LABEL}=${labels.get(SIMULATOR_LABEL)}`;
  const resource = [...capacity.keys()].find((name) => name.startsWith('dpusim.io/'));
  return resource && `the resource ${resource}`;
}

/** Only nodes of its deployments in kind have it; on those that are virtual machines the devices may be emulated ones. */
const SIMULATOR_LABEL = 'dpu-sim.org/node-name';
