import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { waitFor } from '../wait.ts';
import { CONTROL_PLANE, isPlugged, type Pair } from './options.ts';

/** Waits until ovn-controller has bound every port and made the patch ports and tunnels on every chassis. */
export async function waitUntilPlumbed(
  lab: NetnsLab,
  pairs: readonly Pair[],
  { control = true }: { control?: boolean } = {},
): Promise<void> {
  // One tunnel to each other chassis: a chassis a pair and the control plane, less the node itself.
  const tunnels = lab.nodes.filter(({ role }) => role === 'dpu').length;
  await Promise.all([
    control &&
      waitForInterfaces(lab.node(CONTROL_PLANE), [`patch-breth0_${CONTROL_PLANE}-to-br-int`], tunnels),
    ...pairs.map(({ host, dpu, vfs }) =>
      waitForInterfaces(
        lab.node(dpu),
        [
          `patch-brp0_${host}-to-br-int`,
          `patch-br-int-to-brp0_${host}`,
          ...vfs.filter(isPlugged).map(({ representor }) => `${representor} installed`),
        ],
        tunnels,
      ),
    ),
  ]);
}

async function waitForInterfaces(node: LabNode, wanted: string[], tunnels: number): Promise<void> {
  await waitFor(`${wanted.join(', ')} and ${tunnels} geneve tunnels in OVS on ${node.name}`, async () => {
    const { stdout } = await node.exec([
      ...[
        'ovs-vsctl',
        '--timeout=5',
        '--format=json',
        '--columns=name,type,external_ids',
        'list',
        'Interface',
      ],
    ]);
    const { data } = JSON.parse(stdout || '{"data":[]}') as {
      data: [string, string, [string, [string, string][]]][];
    };
    const installed = data.map(([name, , [, ids]]) =>
      ids.some(([key, value]) => key === 'ovn-installed' && value === 'true') ? `${name} installed` : name,
    );
    const geneve = data.filter(([, type]) => type === 'geneve');
    return wanted.every((one) => installed.includes(one)) && geneve.length === tunnels;
  });
}
