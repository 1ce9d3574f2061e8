import { randomUUID } from 'node:crypto';
import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { startOvs } from '../ovs.ts';
import { HYPERVISOR, PAIRS, TAP_HOLDER, type TapOptions } from './plan.ts';

export async function startTap(lab: NetnsLab, { vfs = 20 }: TapOptions): Promise<void> {
  await Promise.all([
    startHypervisor(lab.node(HYPERVISOR), vfs),
    ...PAIRS.map((pair) => startInfra(lab.node(`infra-${pair}`), pair)),
  ]);
}

async function startHypervisor(node: LabNode, vfs: number): Promise<void> {
  const pairs = PAIRS.flatMap((pair) =>
    Array.from({ length: vfs }, (_, vf) => ({ bridge: `br${pair}-vf${vf}`, tap: `tap${pair}-vf${vf}` })),
  );
  const taps = pairs.flatMap(({ tap }) => [`${tap}-i`, `${tap}-t`]);
  await holdTaps(node, taps);
  const commands = pairs.flatMap(({ bridge, tap }) => [
    `link add ${bridge} type bridge`,
    `link set ${tap}-i master ${bridge} up`,
    `link set ${tap}-t master ${bridge} up`,
    `link set ${bridge} up`,
  ]);
  await node.sh(`ip -batch - <<'END'\n${commands.join('\n')}\nEND`);
}

/** Makes TAPs and starts the process that holds them. */
export async function holdTaps(node: LabNode, taps: readonly string[]): Promise<void> {
  await node.sh(`
    rm -f /run/hold-taps.pid
    echo ${taps.join(' ')} | setsid ${TAP_HOLDER} >/run/hold-taps.log 2>&1 &
    for attempt in $(seq 200); do [ ! -s /run/hold-taps.pid ] || exit 0; sleep 0.05; done
    echo "gave up waiting for the TAPs to be held: $(cat /run/hold-taps.log)" >&2
    exit 1`);
}

async function startInfra(node: LabNode, pair: number): Promise<void> {
  await startOvs(node, { externalIds: { 'system-id': randomUUID(), hostname: node.name } });
  await node.sh(`
    ovs-vsctl --timeout=20 \\
      -- add-br br-ex -- set Bridge br-ex datapath_type=netdev other_config:hwaddr=52:54:00:00:0${pair}:c0 \\
      -- add-port br-ex enp7s0 \\
      -- add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure
    ip addr add 192.168.200.${pair}/24 dev br-ex
    ip link set br-ex up
    ip route add default via 192.168.200.254`);
}
