import { type Evidence, evidence } from '../fact.ts';
import type { Flow } from '../flows.ts';
import type { OvsOffloadLog } from '../ovs-offload-log.ts';
import type { Process } from '../processes.ts';

/** Whether the running ovs-vswitchd has hardware offload turned on, and what tells. */
export interface OffloadInForce {
  /** Undefined where nothing tells. */
  readonly inForce: boolean | undefined;
  readonly evidence: readonly Evidence[];
}

/** The clock of /proc is known to the second only (btime in proc(5)), so nearer times can't be put in order. */
const UNCERTAINTY_MS = 2000;

/**
 * The daemon reads other_config:hw-offload when it starts (ovs-vswitchd.conf.db(5): "Changing this value requires
 * restarting the daemon"). The surest sign first: its own log, flows in TC, the
 * count of offloaded flows, then when the database got the value.
 */
export function offloadInForce(
  log: OvsOffloadLog,
  flows: readonly Flow[],
  processes: readonly Process[],
): OffloadInForce {
  const startedAt = startOf(processes, log.bootedAt);
  return (
    byLog(log, startedAt) ??
    byFlows(flows) ??
    byUpcalls(log) ??
    byJournal(log, startedAt) ?? {
      inForce: undefined,
      evidence: [
        evidence(
          'ovs-vswitchd.log, dpctl/dump-flows, upcall/show, conf.db',
          'neither a line about offload since the start, nor a flow in TC, nor a count of offloaded flows, nor a record of when hw-offload was set',
        ),
      ],
    }
  );
}

/** When the daemon that works was started: with a monitor process there are two, and the younger one works. */
function startOf(processes: readonly Process[], bootedAt: number | undefined): number | undefined {
  const starts = processes
    .filter(({ name, startedAfterBoot }) => name === 'ovs-vswitchd' && startedAfterBoot !== undefined)
    .map(({ startedAfterBoot }) => (startedAfterBoot ?? 0) * 1000);
  return starts.length === 0 || bootedAt === undefined ? undefined : bootedAt + Math.max(...starts);
}

const SOURCE = '/var/log/openvswitch/ovs-vswitchd.log';

function byLog({ lines }: OvsOffloadLog, startedAt: number | undefined): OffloadInForce | undefined {
  const start = lines.findLastIndex(({ kind }) => kind === 'started');
  const startLine = lines[start];
  const shown =
    startLine !== undefined && (startedAt === undefined || startLine.at >= startedAt - UNCERTAINTY_MS);
  // After a rotation the start's line is in another file: then times must tell.
  const since = shown
    ? lines.slice(start + 1)
    : lines.filter(({ at }) => startedAt !== undefined && at > startedAt + UNCERTAINTY_MS);
  const enabled = since.find(({ kind }) => kind === 'enabled');
  return enabled && { inForce: true, evidence: [evidence(SOURCE, enabled.text)] };
}

function byFlows(flows: readonly Flow[]): OffloadInForce | undefined {
  const flow = flows.find(({ layer, offloaded }) => layer === 'tc' || offloaded !== undefined);
  if (flow === undefined) return undefined;
  const said = `a flow from ${flow.inPort} has ${flow.offloaded === undefined ? '' : `offloaded:${flow.offloaded}, `}dp:${flow.layer}`;
  return { inForce: true, evidence: [evidence('ovs-appctl dpctl/dump-flows -m', said)] };
}

function byUpcalls({ upcall }: OvsOffloadLog): OffloadInForce | undefined {
  return upcall === undefined
    ? undefined
    : { inForce: true, evidence: [evidence('ovs-appctl upcall/show', upcall)] };
}

function byJournal({ values }: OvsOffloadLog, startedAt: number | undefined): OffloadInForce | undefined {
  const last = values.at(-1);
  if (startedAt === undefined || last?.value?.toLowerCase() !== 'true') return undefined;
  // OVS 2.13 and later write no second value for one that stays: the last entry is the last change.
  const set = `hw-offload=${last.value} is in the database since ${iso(last.at)}${last.snapshot ? ' or earlier' : ''}`;
  const said = `${set}; ovs-vswitchd was started at ${iso(startedAt)}`;
  const proof = [evidence('/etc/openvswitch/conf.db and /proc/<pid>/stat', said)];
  if (last.at < startedAt - UNCERTAINTY_MS) return { inForce: true, evidence: proof };
  if (last.at > startedAt + UNCERTAINTY_MS && !last.snapshot) return { inForce: false, evidence: proof };
  return undefined;
}

/** Whole seconds: more is not known. */
const iso = (milliseconds: number): string => {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : `${date.toISOString().slice(0, 19)}Z`;
};
