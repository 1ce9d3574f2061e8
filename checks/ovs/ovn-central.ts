import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Process } from '../../facts/processes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { working } from './common.ts';

/** The programs of OVN's central part, and what tells a server of one database from one of another: its arguments. */
const PARTS = [
  { part: 'the server of the northbound database', program: 'ovsdb-server', sign: /ovn_?nb|OVN_Northbound/ },
  { part: 'the server of the southbound database', program: 'ovsdb-server', sign: /ovn_?sb|OVN_Southbound/ },
  { part: 'ovn-northd', program: 'ovn-northd', sign: undefined },
] as const;

export const ovnCentral = defineCheck({
  id: 'ovs/ovn-central',
  title: "OVN's databases and ovn-northd run",
  description:
    'ovn-northd makes of what OVN-Kubernetes writes into the northbound database what ovn-controller reads from the southbound one. While one of the three is away, what is there stays, and no new pod gets a network.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A12', 'A13'],
  after: ['ovnkube/pods-ready'],
  requires: ['processes'],
  messages: {
    NOT_RUNNING: {
      text: '{part} does not run, and the rest of OVN does',
      cause: 'It was stopped, was killed, or failed at its start.',
      remedy:
        'Look why it ended, then have its pod made anew, or restart it: tail -n 50 /var/log/ovn/*.log; kubectl -n ovn-kubernetes get pods -o wide',
      source: 'seed A L47-48',
    },
    STOPPED: {
      text: '{part} is there and does not run: its process {pid} is in state {state}',
      cause: 'A signal or a debugger stopped it (T), or it ended and was not reaped (Z).',
      remedy: 'Let it go on: kill -CONT {pid}; else have its pod made anew, or restart it',
    },
  },
  docs: ['seed A L47-48', 'ovn-northd(8)'],
  judge({ facts: { processes }, report }) {
    const found = PARTS.map(({ part, program, sign }) => ({
      part,
      program,
      process: working(processes.filter(servesBy(sign)), program),
    }));
    const said = found.map(saidOf);
    // Where none or ovn-northd alone is, the databases are other nodes'.
    if (found.every(({ program, process }) => program === 'ovn-northd' || process === undefined))
      return notApplicable("no database of OVN is served on this node: they are others'", said);
    const findings = found.flatMap((one) => {
      const { part, process } = one;
      const about = {
        subject: part,
        observed: saidOf(one).said,
        expected: 'running',
        evidence: [saidOf(one)],
      };
      if (process === undefined) return [report('NOT_RUNNING', { ...about, args: { part } })];
      const { pid, state } = process;
      return /^[TtZX]/.test(state) ? [report('STOPPED', { ...about, args: { part, pid, state } })] : [];
    });
    return verdictOf(findings, said);
  },
});

/** A relay hands on the southbound database of another server (ovsdb-server(1)), on whatever node that is. */
const RELAY = /^relay:/;

const servesBy =
  (sign: RegExp | undefined) =>
  ({ args }: Process): boolean =>
    sign === undefined ||
    (args.some((argument) => sign.test(argument)) && !args.some((argument) => RELAY.test(argument)));

const saidOf = (one: { part: string; program: string; process: Process | undefined }): Evidence =>
  evidence(
    `${one.program} in /proc`,
    one.process
      ? `${one.part}: process ${one.process.pid}, state ${one.process.state}`
      : `no process of ${one.part}`,
  );
