import { events as eventsFact } from '../../cluster/events.ts';
import { apiEvidence, type ClusterRead, logCommand } from '../../cluster/fact.ts';
import type { ClusterFactValues } from '../../cluster/index.ts';
import { nodes as nodesFact } from '../../cluster/nodes.ts';
import type { Pod } from '../../cluster/pods.ts';
import { pods as podsFact } from '../../cluster/pods.ts';
import { type Evidence, evidence } from '../../fact.ts';
import { matchKnownMessages } from '../known-messages/index.ts';
import type { KnownMatch } from '../known-messages/match.ts';

/** What was said about a pod or node that fails now. */
export interface LastWords {
  /** `pod default/web`, `node dpu`. */
  readonly about: string;
  /** The pod or node without its kind: `default/web`. */
  readonly name: string;
  /** What made the pod, such as `DaemonSet ovn-kubernetes/ovnkube-node`. */
  readonly owner: string | undefined;
  /** The node that it concerns; empty where a pod has none. */
  readonly node: string;
  /** Where it was said: an event, the status, a log. */
  readonly source: string;
  readonly text: string;
}

type Facts = Partial<Pick<ClusterFactValues, 'nodes' | 'pods' | 'events' | 'logs'>>;

/** A pod that should run and does not, or not all of it. */
export const isFailing = ({ phase, deleting, containers }: Pod): boolean => {
  if (deleting || phase === 'Succeeded') return false;
  if (phase !== 'Running') return true;
  return containers.some(({ init, ready }) => !init && !ready);
};

/** What events, statuses and logs say of pods that fail now and nodes that are not Ready. Of the past nothing is told. */
export function lastWords({ nodes = [], pods = [], events = [], logs = [] }: Facts): readonly LastWords[] {
  const eventsOf = Map.groupBy(events, ({ about }) => keyOf(about.kind, about.namespace, about.name));
  const logsOf = Map.groupBy(logs, ({ namespace, pod }) => keyOf('Pod', namespace, pod));
  return [
    ...nodes
      .filter(({ ready }) => ready?.status !== 'True')
      .flatMap(({ name, ready }) => {
        const of = { about: `node ${name}`, name, owner: undefined, node: name };
        const told = eventsOf.get(keyOf('Node', '', name)) ?? [];
        return [
          { ...of, source: source(nodesFact.lists.nodes, `${name}, Ready`), text: ready?.message ?? '' },
          ...told.map(({ reason, message }) => ({ ...of, source: eventSource(reason), text: message })),
        ];
      }),
    ...pods.filter(isFailing).flatMap((pod) => {
      const key = keyOf('Pod', pod.namespace, pod.name);
      // An event of an earlier pod of this name tells nothing of this one.
      const told = (eventsOf.get(key) ?? []).filter(({ about }) => about.uid === '' || about.uid === pod.uid);
      const of = ofPod(pod);
      return [
        ...statusWords(pod).map((text) => ({ ...of, source: source(podsFact.lists.pods, 'status'), text })),
        ...told.map(({ reason, message }) => ({ ...of, source: eventSource(reason), text: message })),
        ...(logsOf.get(key) ?? []).map((log) => ({ ...of, source: logCommand(log), text: log.text ?? '' })),
      ];
    }),
  ].filter(({ text }) => text !== '');
}

const keyOf = (kind: string, namespace: string, name: string): string => `${kind} ${namespace}/${name}`;

const source = (read: ClusterRead, what: string): string => `${apiEvidence(read, '').source} (${what})`;

const eventSource = (reason: string): string => source(eventsFact.lists.events, reason || 'event');

function ofPod({ namespace, name, node, owner }: Pod): Pick<LastWords, 'about' | 'name' | 'owner' | 'node'> {
  const full = `${namespace}/${name}`;
  return {
    about: `pod ${full}`,
    name: full,
    owner: owner && `${owner.kind} ${namespace}/${owner.name}`,
    node,
  };
}

const statusWords = ({ message, conditions, containers }: Pod): readonly string[] => [
  message,
  ...conditions.filter(({ status }) => status !== 'True').map((condition) => condition.message),
  ...containers
    .filter(({ ready }) => !ready)
    .flatMap((container) => [container.message, container.lastTermination?.message ?? '']),
];

/** A known message, and who said it of whom. */
export interface KnownWords {
  readonly match: KnownMatch;
  readonly words: LastWords;
}

/** The known messages in what was said; each once for a pod or node, by its first source. */
export function knownWords(all: readonly LastWords[]): readonly KnownWords[] {
  const seen = new Set<string>();
  return all.flatMap((words) =>
    matchKnownMessages(words.text).flatMap((match): KnownWords[] => {
      const key = `${match.message.id} ${words.about}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ match, words }];
    }),
  );
}

export const wordsEvidence = ({ match, words }: KnownWords): Evidence =>
  evidence(words.source, `${words.about}: ${match.line}`);
