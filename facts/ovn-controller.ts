import { commandFailure, defineFact, evidence, excerpt, FactError } from './fact.ts';
import { findOvs, ovsAsRoot } from './ovs-program.ts';
import { shell } from './sources.ts';

/** What the node's ovn-controller says of itself (ovn-controller(8), "Runtime Management Commands"). */
export interface OvnController {
  /** `connected` or `not connected` to the southbound database; undefined where its control socket is not found. */
  readonly connection: string | undefined;
}

/** Where the control socket may lie. */
const FOLDERS = ['/var/run/ovn', '/var/run/openvswitch'];

/* Its pid file names its control socket; sockets of earlier processes may lie beside it. */
const SCRIPT = `(
${findOvs('ovs-appctl', 'ovn-controller')}
for d in ${FOLDERS.join(' ')}; do
  n=
  { IFS= read -r n < "$d/ovn-controller.pid"; } 2>/dev/null
  case $n in ''|*[!0-9]*) continue ;; esac
  ovs ovs-appctl --timeout=5 -t "$d/ovn-controller.$n.ctl" connection-status </dev/null
  exit
done
echo 'no pid file'
)`;

export const ovnController = defineFact({
  title: "ovn-controller's connection",
  sources: {
    status: shell(
      'ovs-appctl -t ovn-controller connection-status',
      SCRIPT,
      ['ovs-appctl --timeout=5 -t /var/run/ovn/ovn-controller.<pid>.ctl connection-status', 'chroot'],
      FOLDERS.flatMap((folder) =>
        ovsAsRoot(
          'ovs-appctl',
          '--timeout=5',
          '-t',
          `${folder}/ovn-controller.<pid>.ctl`,
          'connection-status',
        ),
      ),
    ),
  },
  parse({ status: answer }): OvnController {
    const { command, exitCode, stdout, stderr } = answer;
    if (exitCode === 0) {
      const said = excerpt(stdout, 80);
      return { connection: said === 'no pid file' ? undefined : said };
    }
    const failure = commandFailure(answer);
    if (failure.code !== 'command-failed') throw new FactError(failure);
    const silent = /signal 14|Alarm clock/.test(stderr);
    throw new FactError({
      code: silent ? 'timeout' : 'command-failed',
      message: silent ? 'ovn-controller had no answer after 5 s' : 'ovn-controller does not answer',
      hint: 'Look whether it is stopped or overloaded: ps -o pid,stat,time,args -C ovn-controller',
      evidence: evidence(command, `exit code ${exitCode}: ${excerpt(stderr || stdout) || 'no output'}`),
    });
  },
});
