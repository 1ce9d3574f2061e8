import { commandFailure, defineFact, excerpt, type FactFailure, json } from './fact.ts';
import * as read from './json.ts';
import { command, shell } from './sources.ts';

/** What devlink shows (devlink-dev(8), devlink-port(8); kernel: Documentation/networking/devlink). */
export interface Devlink {
  /** Why devlink tells nothing here: not installed, or a kernel without it. Then the rest is empty. */
  readonly unavailable: FactFailure | undefined;
  /** The eswitch of each PCI or netdevsim device, by handle: pci/0000:03:00.0. */
  readonly eswitches: ReadonlyMap<string, Eswitch>;
  readonly ports: readonly DevlinkPort[];
}

export interface Eswitch {
  readonly handle: string;
  /** legacy or switchdev; undefined where the device has no eswitch or does not tell. */
  readonly mode: string | undefined;
  /** none or basic, in older versions disable or enable: whether the hardware may put tunnel headers on and take them off. */
  readonly encap?: string | undefined;
  /** What devlink said where it told no mode: `kernel answers: Operation not supported` … */
  readonly refused: string | undefined;
}

export interface DevlinkPort {
  /** Handle of the device that it is a port of. */
  readonly device: string;
  /** physical, pcipf, pcivf, pcisf … */
  readonly flavour: string;
  readonly netdev: string | undefined;
  readonly controller: number | undefined;
  readonly pfNumber: number | undefined;
  readonly vfNumber: number | undefined;
  /** It represents a function of another machine: of the host, where this is the DPU. */
  readonly external: boolean;
  /** MAC address of the function that it represents, in lower case; undefined where the driver tells none. */
  readonly functionMac?: string | undefined;
}

const SHOW_ESWITCH = ['devlink', '-j', 'dev', 'eswitch', 'show'] as const;

/* devlink -j dev show could not be read by a shell; the plain one starts each line with the handle. Sub-functions
 * (auxiliary/…) have no eswitch and are left out: there can be hundreds. */
const ESWITCHES = `if command -v devlink >/dev/null 2>&1; then
  devlink dev show 2>/dev/null | while read -r d r; do
    case $d in pci/*|netdevsim/*) ;; *) continue ;; esac
    d=\${d%:}
    printf '\\neswitch %s\\n' "$d"
    $as_root ${SHOW_ESWITCH.join(' ')} "$d" 2>&1 </dev/null
  done
fi
true`;

export const devlink = defineFact({
  title: 'devlink devices and ports',
  sources: {
    ports: command(['devlink', '-j', 'port', 'show']),
    eswitches: shell(
      'devlink -j dev eswitch show for every device',
      ESWITCHES,
      ['devlink dev show', 'devlink -j dev eswitch show <device>'],
      ['pci/<pci>', 'netdevsim/netdevsim<number>'].map((device) => [...SHOW_ESWITCH, device]),
    ),
  },
  parse({ ports, eswitches }): Devlink {
    if (ports.exitCode !== 0) return { unavailable: commandFailure(ports), eswitches: new Map(), ports: [] };
    const blocks = eswitches.stdout.split(/^eswitch /m).slice(1);
    return {
      unavailable: undefined,
      ports: parsePorts(read.record(json(ports))),
      eswitches: new Map(blocks.map(parseEswitch).map((eswitch) => [eswitch.handle, eswitch])),
    };
  },
});

function parseEswitch(block: string): Eswitch {
  const [handle = '', ...lines] = block.split('\n');
  const said = lines.join('\n').trim();
  const mode = /"mode":\s*"([a-z_]+)"/.exec(said)?.[1];
  const encap = /"encap(?:-mode)?":\s*"([a-z]+)"/.exec(said)?.[1];
  return { handle, mode, encap, refused: mode === undefined ? excerpt(said) || 'nothing' : undefined };
}

const parsePorts = (answer: read.JsonRecord): DevlinkPort[] =>
  Object.entries(read.record(answer['port'])).map(([handle, value]) => {
    const port = read.record(value);
    return {
      device: handle.slice(0, Math.max(0, handle.lastIndexOf('/'))),
      flavour: read.text(port, 'flavour'),
      netdev: read.optionalText(port, 'netdev'),
      controller: read.number(port, 'controller'),
      pfNumber: read.number(port, 'pfnum'),
      vfNumber: read.number(port, 'vfnum'),
      external: port['external'] === true,
      functionMac: functionMac(read.record(port['function'])),
    };
  });

/** Drivers say 00:00:00:00:00:00 of an address that nobody has set (OVN-Kubernetes go-controller/pkg/util/sriovnet_linux.go). */
function functionMac(of: read.JsonRecord): string | undefined {
  const mac = read.text(of, 'hw_addr').toLowerCase();
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== '00:00:00:00:00:00' ? mac : undefined;
}
