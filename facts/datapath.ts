import { defineFact, FactError } from './fact.ts';
import { type Flow, parseFlow } from './flows.ts';
import { ovsFailure } from './ovs.ts';
import { findOvs, ovsAsRoot } from './ovs-program.ts';
import { shell } from './sources.ts';

/** The flows that Open vSwitch has in its datapaths at this moment. */
export interface Datapath {
  readonly flows: readonly Flow[];
  /** There were more than {@link MAX_FLOWS}; the rest stayed on the node. */
  readonly cut: boolean;
  /** Lines that look like flows and can't be parsed. */
  readonly unparsed: number;
}

/** As many flows as show what is offloaded: OVS lists those in TC first. */
export const MAX_FLOWS = 4000;

/* No bridge that has a datapath: there is nothing that could hold a flow. */
const NONE = /: no datapaths exist$/m;

const DUMP_FLOWS = ['ovs-appctl', '--timeout=5', 'dpctl/dump-flows', '-m', '--names'] as const;

/* Exit code 2 is the daemon's refusal, such as "multiple datapaths, specify one": then each is asked by its name. */
const SCRIPT = `(
${findOvs('ovs-appctl')}
set -f
flows() { ovs ${DUMP_FLOWS.join(' ')} "$@" </dev/null; }
if ovs_absent; then
  echo 'exit 0'
else
  {
    flows
    code=$?
    if [ $code = 2 ]; then
      dps=$(ovs ovs-appctl --timeout=5 dpctl/dump-dps) && code=0
      for dp in $dps; do flows "$dp" || code=$?; done
    fi
    echo "exit $code"
  } | head -n ${MAX_FLOWS + 1}
fi
)`;

/** The datapath's flows, by `ovs-appctl dpctl/dump-flows`; a node without Open vSwitch has none. */
export const datapath = defineFact({
  title: "flows in Open vSwitch's datapath",
  sources: {
    flows: shell(
      'ovs-appctl dpctl/dump-flows -m --names',
      SCRIPT,
      [DUMP_FLOWS.join(' '), 'ovs-appctl --timeout=5 dpctl/dump-dps', 'chroot', 'head'],
      [
        ...ovsAsRoot(...DUMP_FLOWS),
        ...ovsAsRoot(...DUMP_FLOWS, 'system@ovs-system'),
        ...ovsAsRoot(...DUMP_FLOWS, 'netdev@ovs-netdev'),
        ...ovsAsRoot('ovs-appctl', '--timeout=5', 'dpctl/dump-dps'),
      ],
    ),
  },
  parse({ flows: answer }): Datapath {
    const lines = answer.stdout.split('\n').filter((line) => line !== '');
    const code = /^exit (\d+)$/.exec(lines.at(-1) ?? '')?.[1];
    const cut = code === undefined && lines.length > MAX_FLOWS;
    if (NONE.test(answer.stderr)) return { flows: [], cut: false, unparsed: 0 };
    if (code !== '0' && !cut) {
      throw new FactError(ovsFailure({ ...answer, exitCode: Number(code ?? answer.exitCode), stdout: '' }));
    }
    const candidates = lines.filter((line) => line.includes('in_port('));
    const flows = candidates.map(parseFlow).filter((flow) => flow !== undefined);
    return { flows, cut, unparsed: candidates.length - flows.length };
  },
});
