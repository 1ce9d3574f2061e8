import { RESOURCE } from '../../kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../kubernetes/index.ts';
import type { JointLab } from '../lab.ts';
import { waitForOvnkube, waitForRestart, waitForWorkloads } from '../objects.ts';
import { fault, type JointFault, type Undo } from './fault.ts';
import { POOL, setResources } from './nodes.ts';

const CONFIG_MAP: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'sriovdp-config', namespace: 'kube-system' },
};

const NETWORK: KubernetesObject = {
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name: 'default', namespace: 'kube-system' },
};
const RESOURCE_NAME = 'k8s.v1.cni.cncf.io/resourceName';

interface Pool {
  resourcePrefix?: string;
  selectors: { pfNames: string[] };
}

/** Edits the device plugin's configuration, and does to all hosts what a restarted plugin would. */
async function reconfigure(
  lab: JointLab,
  edit: (pool: Pool) => Pool,
  resources: Record<string, string | null>,
): Promise<Undo> {
  const path = '/api/v1/namespaces/kube-system/configmaps/sriovdp-config';
  const { data } = (await lab.api.get(path)) as unknown as { data: { 'config.json': string } };
  const { resourceList } = JSON.parse(data['config.json']) as { resourceList: Pool[] };
  const text = JSON.stringify({ resourceList: resourceList.map(edit) }, null, 4);
  const withResources = (wanted: Record<string, string | null>) =>
    Promise.all(lab.pairs.map(({ host }) => setResources(lab.api, host, wanted)));
  await lab.api.patch(CONFIG_MAP, { data: { 'config.json': `${text}\n` } });
  await withResources(resources);
  return async () => {
    await lab.api.patch(CONFIG_MAP, { data });
    const others = Object.keys(resources).map((name): [string, string | null] => [name, null]);
    await withResources({ ...Object.fromEntries(others), [RESOURCE]: POOL });
  };
}

interface Variable {
  name: string;
  value?: string;
}

/** Gives the containers of a DaemonSet another environment; its pods are made anew. */
async function changeEnvironment(
  lab: JointLab,
  name: string,
  edit: (environment: Variable[]) => Variable[],
  changed: () => Promise<unknown>,
  restored: () => Promise<unknown>,
): Promise<Undo> {
  const path = `/apis/apps/v1/namespaces/ovn-kubernetes/daemonsets/${name}`;
  const { spec, ...set } = (await lab.api.get(path)) as KubernetesObject;
  const { template } = spec as { template: { spec: { containers: { name: string; env: Variable[] }[] } } };
  const { containers } = template.spec;
  const replace = (wanted: unknown) =>
    lab.api.patch(set, { spec: { template: { spec: { containers: wanted } } } });
  await replace(containers.map((container) => ({ ...container, env: edit(container.env) })));
  await changed();
  return async () => {
    await replace(containers);
    await restored();
  };
}

/** Waits until the workloads are ready and ovnkube runs on these nodes. */
async function waitUntilWell(lab: JointLab, nodes: readonly string[]): Promise<void> {
  await waitForWorkloads(lab.api);
  await Promise.all(nodes.map((node) => waitForOvnkube(lab.nodes.node(node), 1)));
}

const mode = (name: string, set: string, on: 'host' | 'dpu', summary: string): JointFault =>
  fault(name, `${summary} (value: full)`, (lab, { value = 'full' }) => {
    const well = () =>
      waitUntilWell(
        lab,
        lab.pairs.map((pair) => pair[on]),
      );
    const edit = (environment: Variable[]) =>
      environment.map((variable) =>
        variable.name === 'OVNKUBE_NODE_MODE' ? { name: variable.name, value } : variable,
      );
    return changeEnvironment(lab, set, edit, well, well);
  });

export const objectFaults: JointFault[] = [
  mode(
    'host-mode-wrong',
    'ovnkube-node-dpu-host',
    'host',
    'ovnkube on hosts is told another mode than dpu-host',
  ),
  mode('dpu-mode-wrong', 'ovnkube-node-dpu', 'dpu', 'ovnkube on DPUs is told another mode than dpu'),
  fault(
    'management-port-missing',
    'ovnkube on hosts is told no management port, says so and ends, again and again',
    (lab) => {
      const hosts = lab.pairs.map(({ host }) => host);
      return changeEnvironment(
        lab,
        'ovnkube-node-dpu-host',
        (environment) => environment.filter(({ name }) => name !== 'OVNKUBE_NODE_MGMT_PORT_NETDEV'),
        () => Promise.all(hosts.map((host) => waitForRestart(lab.api, 'ovnkube-node-dpu-host', host))),
        () => waitUntilWell(lab, hosts),
      );
    },
  ),
  fault(
    'network-without-resource',
    'the default NetworkAttachmentDefinition names no resource, so new pods are given no VF',
    async (lab) => {
      await lab.api.patch(NETWORK, { metadata: { annotations: { [RESOURCE_NAME]: null } } });
      return async () => {
        await lab.api.patch(NETWORK, { metadata: { annotations: { [RESOURCE_NAME]: RESOURCE } } });
      };
    },
  ),
  fault('vf0-in-pool', 'the device plugin gives out VF0, which is the management port', (lab) =>
    reconfigure(
      lab,
      (pool) => ({
        ...pool,
        selectors: {
          ...pool.selectors,
          pfNames: pool.selectors.pfNames.map((range) => range.replace('#1-', '#0-')),
        },
      }),
      { [RESOURCE]: '3' },
    ),
  ),
  fault(
    'resource-prefix-missing',
    'the device plugin has its own prefix, because its configuration gives none',
    (lab) =>
      reconfigure(lab, ({ resourcePrefix: _, ...pool }) => pool, {
        [RESOURCE]: null,
        'intel.com/mlnx_sriov_cx6': POOL,
      }),
  ),
];
