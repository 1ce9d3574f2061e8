import type { RootCommand } from './source.ts';

/** What `ovs` of {@link findOvs} runs as root for these words. */
export const ovsAsRoot = (...argv: RootCommand): readonly RootCommand[] => [
  argv,
  ['chroot', '/proc/<pid>/root', ...argv],
];

/**
 * Two shell functions. `ovs` runs a program of Open vSwitch. A node whose OVS runs in a container (OVN-Kubernetes'
 * ovs-node pods) has the socket and no program: then the program of the container in which the daemon runs is run, in
 * its file system. Only of a process of root's: anybody can call a process so, and bring a file system of his own.
 *
 * `ovs_absent` is true where the node certainly has no database socket: there is nothing to ask.
 */
export const findOvs = (program: string, daemon = 'ovsdb-server'): string => `c=
if ! command -v ${program} >/dev/null 2>&1 && [ -S /var/run/openvswitch/db.sock ]; then
  for p in /proc/[0-9]*; do
    n=
    { IFS= read -r n < "$p/comm"; } 2>/dev/null
    [ "$n" = ${daemon} ] || continue
    if [ -e "$p/ns/net" ] && ! [ "$p/ns/net" -ef /proc/self/ns/net ]; then continue; fi
    u=
    while read -r k r e; do [ "$k" = Uid: ] && u="$r $e"; done 2>/dev/null < "$p/status"
    [ "$u" = "0 0	0	0" ] || continue
    c="chroot $p/root"
    break
  done
fi
ovs() { $as_root $c "$@"; }
run=/var/run/openvswitch
ovs_absent() { ! [ -e $run/db.sock ] && { [ -x $run ] || ! [ -e $run ]; }; }`;
