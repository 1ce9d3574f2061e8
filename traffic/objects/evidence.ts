import { type Evidence, evidence } from '../../facts/fact.ts';
import { number, optionalText, record, records, text } from '../../facts/json.ts';
import type { PodState } from './state.ts';

/** In characters: annotations and messages may be long. */
const LONGEST = 2000;

/** What `kubectl describe pod` shows of how a pod does, and its events. Pure and total. */
export function podEvidence({ pod, addresses }: PodState, events: readonly unknown[]): readonly Evidence[] {
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
