import type { Netdev } from '../netdevs.ts';

/*
 * What a netdev of a DPU stands for is told by its phys_port_name, where there is one, else by its name: udev on
 * BlueField names netdevs by it, and a port of OVS-DOCA (type dpdk) may have no netdev of the kernel.
 */
const portName = (name: string, netdev: Netdev | undefined): string => netdev?.physPortName ?? name;

/** A port of the DPU to the wire: p0, p1; p0s1 of a port that is split. */
export const isUplink = (name: string, netdev: Netdev | undefined): boolean =>
  /^p\d+(s\d+)?$/.test(portName(name, netdev));

/** The representor of the host's PF: c1pf0 or pf0 by its port name, pf0hpf as udev calls it. */
export const isHostPfRepresentor = (name: string, netdev: Netdev | undefined): boolean =>
  netdev?.physPortName === undefined ? /^pf\d+hpf$/.test(name) : /^(c\d+)?pf\d+$/.test(netdev.physPortName);

/** The representor of a VF or SF: pf0vf3, c1pf0vf3, en3f0pf0sf17. */
export const isFunctionRepresentor = (name: string, netdev: Netdev | undefined): boolean =>
  /^(?:en\d+f\d+)?(?:c\d+)?pf\d+[vs]f\d+$/.test(portName(name, netdev));

/** The representors of a VF on the DPU: one for each host that the DPU serves, told apart by their controllers (c1, c2). */
export const representorsOf = (
  pf: number,
  vf: number,
  netdevs: ReadonlyMap<string, Netdev>,
): readonly string[] =>
  [...netdevs.values()]
    .filter((netdev) => VF_PORT.exec(portName(netdev.name, netdev))?.slice(1).join() === `${pf},${vf}`)
    .map(({ name }) => name);

const VF_PORT = /^(?:c\d+)?pf(\d+)vf(\d+)$/;

/** Where veth pairs stand for functions: rep0-0 is the gateway interface's representor, the others are VFs'. */
export const isSimulatedRepresentor = (name: string): boolean => /^rep\d+-\d+$/.test(name);

export const isSimulatedGateway = (name: string): boolean => /^rep\d+-0$/.test(name);
