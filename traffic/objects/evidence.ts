import { type Evidence, evidence } from '../../facts/fact.ts';
import { number, optionalText, record, records, text } from '../../facts/json.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { namespaceOf, selectorOf } from './identity.ts';
import type { ObjectOptions } from './pods.ts';
import { eventsIn, type PodState, podStates } from './state.ts';

/** In milliseconds: evidence must not hold up the removal. */
const EVIDENCE_TIMEOUT = 15_000;

/** What the API shows of the run's own pods among these endpoints. Never rejects. */
export async function evidenceOf(
  cluster: WritableCluster,
  endpoints: readonly Endpoint[],
  { runId }: ObjectOptions,
): Promise<ReadonlyMap<string, readonly Evidence[]>> {
  const namespace = namespaceOf(runId);
  const own = endpoints.filter(({ pod }) => pod?.namespace === namespace);
  if (own.length === 0) return new Map();
  const signal = AbortSignal.timeout(EVIDENCE_TIMEOUT);
  try {
    const [states, events] = await Promise.all([
      podStates(cluster, namespace, selectorOf(runId), signal),
      eventsIn(cluster, namespace, signal).catch(() => []),
    ]);
    return new Map(
      own.flatMap(({ name, pod }) => {
        const state = states.find((one) => one.pod.name === pod?.name);
        return state === undefined ? [] : [[name, podEvidence(state, events)] as const];
      }),
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const source = `kubectl -n ${namespace} describe pods`;
    return new Map(own.map(({ name }) => [name, [{ source, said: `could not be read: ${said}` }]]));
  }
}

/** In characters: annotations and messages may be long. */
const LONGEST = 2000;

/** What `kubectl describe pod` shows of how a pod does, and its events. Pure and total. */
function podEvidence({ pod, addresses }: PodState, events: readonly unknown[]): readonly Evidence[] {
  const { namespace, name, uid } = pod;
  const lines = [
    `node ${pod.node || 'none'}, phase ${pod.phase || 'unknown'}${because(pod.reason, pod.message)}`,
    `addresses ${addresses.join(', ') || 'none'}`,
    ...pod.conditions.map(
      ({ type, status, reason, message }) => `condition ${type} ${status}${because(reason, message)}`,
    ),
    ...pod.containers.map(
      (container) =>
        `container ${container.name} ${container.state || 'unknown'}${because(container.message)}, ${container.ready ? 'ready' : 'not ready'}, restarts ${container.restarts}`,
    ),
    ...[...pod.annotations].map(([key, value]) => `annotation ${key}: ${value}`),
  ];
  return [
    evidence(`kubectl -n ${namespace} describe pod ${name}`, lines.map(cut).join('\n')),
    evidence(
      `kubectl -n ${namespace} get events --field-selector involvedObject.uid=${uid}`,
      eventsOf(uid, events).map(cut).join('\n') || 'none',
    ),
  ];
}

function eventsOf(uid: string, events: readonly unknown[]): readonly string[] {
  return records(events)
    .filter((event) => text(record(event['involvedObject']), 'uid') === uid)
    .map((event) => {
      const count = number(event, 'count') ?? 1;
      const last = optionalText(event, 'lastTimestamp') ?? text(event, 'eventTime');
      const times = count > 1 ? ` (${count} times)` : '';
      return `${last} ${text(event, 'type')} ${text(event, 'reason')}${times}: ${text(event, 'message')}`.trim();
    });
}

const because = (...why: readonly string[]): string => {
  const said = why.filter((part) => part !== '');
  return said.length === 0 ? '' : ` (${said.join(': ')})`;
};

const cut = (line: string): string => (line.length <= LONGEST ? line : `${line.slice(0, LONGEST)} …`);
