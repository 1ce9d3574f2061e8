import { number, optionalText, record, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity } from './objects.ts';

/** Something that went wrong with an object, as kubelet, the scheduler or a controller tells it. Kept for an hour. */
export interface ClusterEvent extends ObjectIdentity {
  /** Such as FailedCreatePodSandBox. */
  readonly reason: string;
  /** Cut where it is very long. */
  readonly message: string;
  /** How often it was told. */
  readonly count: number;
  /** What it is about. */
  readonly about: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  /** When it was told last: RFC 3339 where it is right. */
  readonly last: string | undefined;
}

/** What kubelet cuts an event's message to (Kubernetes, events.k8s.io note), several times over. */
const LONGEST = 8192;

/** Events that are not Normal, of all namespaces. */
export const events = defineClusterFact({
  title: 'events of warning',
  lists: { events: { path: '/api/v1/events', fieldSelector: 'type!=Normal' } },
  parse: (answers): readonly ClusterEvent[] =>
    namedObjects(answers.events).flatMap(({ object, id }) => {
      if (text(object, 'type') === 'Normal') return [];
      const about = record(object['involvedObject']);
      return [
        {
          ...id,
          reason: text(object, 'reason'),
          message: text(object, 'message').slice(0, LONGEST),
          count: number(object, 'count') ?? number(record(object['series']), 'count') ?? 1,
          about: {
            kind: text(about, 'kind'),
            namespace: text(about, 'namespace'),
            name: text(about, 'name'),
            uid: text(about, 'uid'),
          },
          last: optionalText(object, 'lastTimestamp') ?? optionalText(object, 'eventTime'),
        },
      ];
    }),
});
