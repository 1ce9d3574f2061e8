import { defineFact } from './fact.ts';
import { existing, paths, shell } from './sources.ts';

/** What of Open vSwitch is installed on the node, told by files: no package manager is asked. */
export interface OvsInstallation {
  /** What the packages bring along, by the documentation or licences that every one of them has (dpkg and rpm). */
  readonly packages: readonly string[];
  /** Its daemons and ovs-vsctl. */
  readonly programs: readonly string[];
  /** systemd units of its service: openvswitch-switch on Debian and Ubuntu, openvswitch on RHEL. */
  readonly units: readonly string[];
  /** The links by which systemd starts the service at boot. */
  readonly wantedBy: readonly string[];
  /** The links by which init starts it at boot, where it has no unit of its own. */
  readonly initLinks: readonly string[];
  /** What lies in its runtime directory: sockets and pid files, which may outlive the daemons. */
  readonly runtimeFiles: readonly string[];
}

/* A link to a program that is gone, as alternatives leave it, is no program: the shell knows. */
const FIND_PROGRAMS = 'for t in ovs-vswitchd ovsdb-server ovs-vsctl; do command -v "$t"; done; true';

const services = (directory: string): string[] =>
  ['openvswitch-switch.service', 'openvswitch.service'].map((unit) => existing(`${directory}/${unit}`));

export const ovsInstallation = defineFact({
  title: 'what of Open vSwitch is installed',
  sources: {
    packages: paths('/usr/share/doc/openvswitch*/*', '/usr/share/licenses/openvswitch*/*'),
    programs: shell('command -v ovs-vswitchd ovsdb-server ovs-vsctl', FIND_PROGRAMS, []),
    units: paths(
      ...['/lib/systemd/system', '/usr/lib/systemd/system', '/etc/systemd/system'].flatMap(services),
    ),
    wantedBy: paths(
      ...services('/etc/systemd/system/*.wants'),
      ...services('/etc/systemd/system/*.requires'),
    ),
    initLinks: paths('/etc/rc[2-5].d/S[0-9][0-9]openvswitch*'),
    runtimeFiles: paths('/run/openvswitch/*'),
  },
  parse: ({ programs, ...found }): OvsInstallation => ({
    ...found,
    // A directory that a removed package left empty is no package.
    packages: [...new Set(found.packages.map((path) => path.slice(0, path.lastIndexOf('/'))))],
    programs: programs.stdout.split('\n').filter((line) => line.startsWith('/')),
  }),
});
