import type { DevlinkPort } from '../../devlink.ts';
import { type Evidence, evidence, type Outcome } from '../../fact.ts';
import type { Netdev } from '../../netdevs.ts';
import { vethPorts } from '../veth.ts';
import type { DpuChainFacts } from './input.ts';

/** A port of the DPU's eswitch that stands for a function. */
interface Representor {
  /** Its network device. */
  readonly name: string;
  /** 1 and up: another machine's PCI controller, the host's; 0 the DPU's own; undefined where nothing tells. */
  readonly controller: number | undefined;
  readonly pf: number;
  /** MAC address of the function, where devlink tells it. */
  readonly functionMac: string | undefined;
  readonly switchId: string | undefined;
  readonly evidence: Evidence;
}

export interface VfRepresentor extends Representor {
  readonly vf: number;
}

export interface Representors {
  /** Of PFs, by network device. */
  readonly pfs: readonly Representor[];
  /** Of VFs that are not the DPU's own. */
  readonly vfs: readonly VfRepresentor[];
}

/**
 * The representors of a DPU by what the kernel says that each of them stands for: devlink's attributes of the port, else
 * the phys_port_name. A name that somebody gave the network device counts for nothing, nor does its place in a list.
 */
export function eswitchRepresentors(facts: DpuChainFacts, simulated: boolean): Outcome<Representors> {
  if (simulated) return simulatedRepresentors(facts);
  const { netdevs, devlink } = facts;
  if (!netdevs.ok) return netdevs;
  const ports = new Map(devlink.ok ? devlink.value.ports.map((port) => [port.netdev, port]) : []);
  const all = [...netdevs.value.values()].flatMap((netdev) => {
    const port = ports.get(netdev.name);
    return byDevlink(netdev, port) ?? byPhysPortName(netdev, port) ?? [];
  });
  const vfs = all.filter((one): one is VfRepresentor => one.vf !== undefined);
  return { ok: true, value: { pfs: ofHost(all.filter(({ vf }) => vf === undefined)), vfs: ofHost(vfs) } };
}

type Any = Representor & { readonly vf: number | undefined };

function byDevlink(netdev: Netdev, port: DevlinkPort | undefined): Any | undefined {
  if (port?.pfNumber === undefined || !['pcipf', 'pcivf'].includes(port.flavour)) return undefined;
  if (port.flavour === 'pcivf' && port.vfNumber === undefined) return undefined;
  const { controller, pfNumber, vfNumber, external, functionMac } = port;
  const numbers = `controller ${controller ?? '?'} pfnum ${pfNumber}`;
  const vf = port.flavour === 'pcivf' ? vfNumber : undefined;
  return {
    name: netdev.name,
    // A kernel that names no controller may still say that the function is another machine's.
    controller: controller ?? (external ? 1 : undefined),
    pf: pfNumber,
    vf,
    functionMac,
    switchId: netdev.physSwitchId,
    evidence: evidence(
      'devlink -j port show',
      `${netdev.name} flavour ${port.flavour} ${numbers}${vf === undefined ? '' : ` vfnum ${vf}`} external ${external}`,
    ),
  };
}

function byPhysPortName(netdev: Netdev, port: DevlinkPort | undefined): Any | undefined {
  const match = /^(?:c(\d{1,5}))?pf(\d{1,5})(?:vf(\d{1,5}))?$/.exec(netdev.physPortName ?? '');
  if (match === null) return undefined;
  const [, controller, pf, vf] = match;
  return {
    name: netdev.name,
    controller: controller === undefined ? undefined : Number(controller),
    pf: Number(pf),
    vf: vf === undefined ? undefined : Number(vf),
    functionMac: port?.functionMac,
    switchId: netdev.physSwitchId,
    evidence: evidence(`/sys/class/net/${netdev.name}/phys_port_name`, netdev.physPortName ?? ''),
  };
}

/** Where some stand for functions of another controller, the others are those of the DPU's own VFs (kernel, devlink-port). */
function ofHost<Item extends Representor>(all: readonly Item[]): readonly Item[] {
  const external = all.filter(({ controller }) => (controller ?? 0) > 0);
  return external.length > 0 ? external : all;
}

/** The names are all that tells: dpu-simulator and seed K L20-21 call them rep<PF>-<number>. */
function simulatedRepresentors({ links }: DpuChainFacts): Outcome<Representors> {
  if (!links.ok) return links;
  const vfs = vethPorts(links.value, 'dpu').flatMap(({ link, pf, index }): VfRepresentor[] =>
    pf === undefined || index === undefined || index === 0
      ? []
      : [
          {
            name: link.name,
            controller: undefined,
            pf,
            vf: index,
            functionMac: undefined,
            switchId: undefined,
            evidence: evidence('ip -j -d addr show', link.name),
          },
        ],
  );
  return { ok: true, value: { pfs: [], vfs } };
}
