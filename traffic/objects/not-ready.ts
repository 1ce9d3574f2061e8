import type { ClusterEvent } from '../../facts/cluster/events.ts';
import { knownWords, lastWords, wordsEvidence } from '../../facts/derived/cluster/last-words.ts';
import { whyStuck } from '../../facts/derived/cluster/never-recovers.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { WantedPod } from './pods.ts';
import { hasEnded, type PodState } from './state.ts';

/** A pod that was made and did not become ready; without a state it is not there any more. */
export interface Unready {
  readonly wanted: WantedPod;
  readonly namespace: string;
  readonly state: PodState | undefined;
}

/** Why pods are not ready, told once for all that have the same reason. Pure. */
export function notReady(
  unready: readonly Unready[],
  events: readonly ClusterEvent[],
  seconds: number,
): readonly TrafficProblem[] {
  const told = unready.map((one) => ({ one, ...explained(one, events) }));
  const alike = Map.groupBy(told, ({ one, reason }) => anonymous(reason, one));
  return [...alike.values()].map((group) => problemOf(group, seconds));
}

interface Told {
  readonly one: Unready;
  readonly reason: string;
  readonly hint: string | undefined;
  readonly evidence: readonly Evidence[];
}

function problemOf(group: readonly Told[], seconds: number): TrafficProblem {
  const [first] = group as [Told];
  const { wanted, namespace } = first.one;
  const where = group.slice(0, MOST_NAMED).map(({ one }) => `${one.wanted.name} on ${one.wanted.node}`);
  const more = group.length > where.length ? ` and ${group.length - where.length} more` : '';
  const who =
    group.length === 1
      ? `the pod ${namespace}/${wanted.name} on ${wanted.node}`
      : `${group.length} pods (${where.join(', ')}${more})`;
  return {
    code: 'pod-not-ready',
    message: `${who} did not become ready within ${seconds} s: ${first.reason}`,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    ...(group.length === 1 ? { target: wanted.node } : {}),
    evidence: first.evidence,
  };
}

const MOST_NAMED = 5;

function explained(unready: Unready, events: readonly ClusterEvent[]): Omit<Told, 'one'> {
  const { state } = unready;
  if (state === undefined)
    return { reason: 'it is not there any more: somebody deleted it', hint: undefined, evidence: [] };
  const { pod } = state;
  const own = events.filter(({ about }) => about.uid === pod.uid);
  const words = lastWords({ pods: [pod], events: own });
  const [known] = knownWords(words);
  return {
    reason:
      known === undefined ? reasonOf(state, own) : `${reasonOf(state, own)} (${known.match.message.cause})`,
    hint: known?.match.message.remedy ?? hintOf(state),
    evidence: known === undefined ? unlike(words).slice(-3).map(said) : [wordsEvidence(known)],
  };
}

/** Kubelet says the same again and again, with another port or time in it. */
const unlike = <Word extends { readonly text: string }>(all: readonly Word[]): readonly Word[] => [
  ...new Map(all.map((word) => [word.text.replace(/\d+/g, ''), word])).values(),
];

const said = ({ source, about, text }: { source: string; about: string; text: string }): Evidence =>
  evidence(source, `${about}: ${text}`);

/** In the words of the scheduler, kubelet or the runtime; the first that says something. */
function reasonOf({ pod }: PodState, events: readonly ClusterEvent[]): string {
  const stuck = whyStuck(pod, events);
  if (stuck !== undefined) return stuck;
  if (pod.phase === 'Failed' || pod.phase === 'Succeeded') {
    const ended = pod.containers.map(({ name, state, message }) =>
      words(`container ${name} ${state}`, message),
    );
    return [words(`its phase is ${pod.phase}`, pod.reason, pod.message), ...ended].join('; ');
  }
  const unscheduled = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status !== 'True');
  if (unscheduled !== undefined) return words('it is not scheduled', unscheduled.message);
  const waiting = pod.containers.find(({ state, message }) => state.startsWith('waiting') && message !== '');
  const pull =
    waiting !== undefined && isPull(waiting.state) && events.find(({ message }) => PULL.test(message));
  if (pull) return pull.message;
  if (waiting !== undefined) return words(`container ${waiting.name} ${waiting.state}`, waiting.message);
  const last = events.at(-1);
  if (last !== undefined) return words(last.reason, last.message);
  const states = pod.containers.map(({ name, state }) => `container ${name} ${state || 'not started'}`);
  return [`its phase is ${pod.phase || 'unknown'}`, ...states, 'and nothing says why'].join(', ');
}

const words = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(': ');

/** kubelet's event tells why; the state it leaves behind, that it waits before it tries again. */
const PULL = /^Failed to pull image/;
const isPull = (state: string): boolean => /ImagePull/.test(state);

function hintOf(state: PodState): string {
  if (state.pod.containers.some((container) => isPull(container.state)))
    return 'Name an image that the nodes can pull, or already have: --image.';
  return hasEnded(state)
    ? 'The image must have sh, ping, grep, and a nc that knows -l and -e, as that of busybox does: choose another one with --image.'
    : 'With --keep-on-failure they are kept, to be looked at with kubectl describe.';
}

/** The reason without what differs between pods that have the same trouble. */
function anonymous(reason: string, { wanted, state, namespace }: Unready): string {
  const own = [
    state?.pod.uid,
    wanted.kubernetesNode,
    `${wanted.name}_${namespace}`,
    `${namespace}/${wanted.name}`,
  ];
  const plain = own.reduce<string>((text, name) => (name ? text.replaceAll(name, '…') : text), reason);
  return plain.replace(/[0-9a-f]{16,}|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '…');
}
