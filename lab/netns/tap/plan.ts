import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LinkEnd, NodePlan, Plan } from '../plan.ts';
import { variablesScript } from './variables.ts';

/** A hypervisor with a pair of TAPs and a bridge for each VF, and the virtual machines that would use them. */
export interface TapOptions {
  /** VFs of a DPU; 20 unless given, as in the testbed's own documents. */
  vfs?: number;
}

export const HYPERVISOR = 'hypervisor';
export const VARIABLES_FILE = '/root/dpu-software/scripts/variables.sh';
export const TAP_HOLDER = '/usr/local/sbin/hold-taps';
export const PAIRS = [2, 3];
const FEDORA = 'NAME="Fedora Linux"\nVERSION="37 (Cloud Edition)"\nID=fedora\nVERSION_ID=37\n';
const FABRIC = 'fabric';

export function planTap({ vfs = 20 }: TapOptions): Plan {
  const files = { [VARIABLES_FILE]: variablesScript(vfs) };
  return {
    topology: 'tap',
    simulation: 'tap',
    nodes: [
      {
        name: HYPERVISOR,
        role: 'hypervisor',
        management: 'eno1',
        osRelease: FEDORA,
        files,
        programs: { [TAP_HOLDER]: readFileSync(path.join(import.meta.dirname, 'hold-taps.py')) },
      },
      ...PAIRS.flatMap((pair) => [tenant(pair, vfs, files), infra(pair, vfs, files)]),
    ],
    namespaces: [
      {
        name: FABRIC,
        ip: [
          'link add infra type bridge',
          'addr add 192.168.200.254/24 dev infra',
          'link set infra up',
          ...PAIRS.map((pair) => `link set infra-${pair} master infra up`),
        ],
      },
    ],
    links: PAIRS.flatMap((pair) => [
      [
        { node: `infra-${pair}`, netdev: 'enp7s0' },
        { node: FABRIC, netdev: `infra-${pair}` },
      ],
      ...guestNics(vfs).map((netdev): [LinkEnd, LinkEnd] => [
        { node: `tenant-${pair}`, netdev },
        { node: `infra-${pair}`, netdev },
      ]),
    ]),
  };
}

/** libvirt puts seven functions in a slot, so VF 0 is enp2s0f1 and VF 7 is enp3s0f1. */
export function guestNics(vfs: number): string[] {
  return Array.from({ length: vfs }, (_, vf) => `enp${2 + Math.floor(vf / 7)}s0f${1 + (vf % 7)}`);
}

function tenant(pair: number, vfs: number, files: Record<string, string>): NodePlan {
  return {
    name: `tenant-${pair}`,
    role: 'dpu-host',
    dpu: `infra-${pair}`,
    management: 'enp1s0',
    ip: [
      ...guestNics(vfs).map((netdev) => `link set ${netdev} up`),
      `addr add 192.168.100.${pair}/24 dev enp2s0f1`,
      'route add default via 192.168.100.254 dev enp2s0f1',
    ],
    checksummed: guestNics(vfs),
    withoutOvs: true,
    osRelease: FEDORA,
    files,
  };
}

function infra(pair: number, vfs: number, files: Record<string, string>): NodePlan {
  const ports = ['enp7s0', ...guestNics(vfs)];
  return {
    name: `infra-${pair}`,
    role: 'dpu',
    management: 'enp1s0',
    ip: ports.map((netdev) => `link set ${netdev} up`),
    checksummed: ports,
    sysctl: { 'net.ipv4.conf.enp7s0.arp_ignore': '8', 'net.ipv4.ip_forward': '1' },
    osRelease: FEDORA,
    files,
  };
}
