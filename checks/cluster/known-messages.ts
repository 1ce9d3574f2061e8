import { apiEvidence, logCommand } from '../../facts/cluster/fact.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { isFailing, knownWords, lastWords, wordsEvidence } from '../../facts/derived/cluster/last-words.ts';
import { evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, pass, undetermined, verdictOf } from '../define.ts';

const MOST_NAMED = 12;

export const knownMessages = defineClusterCheck({
  id: 'cluster/known-messages',
  title: 'no failing pod or node gives a reason that is known',
  description:
    'Events, the last words of containers and the ends of the logs of failing containers of the network are searched for messages whose cause is known. Of pods and nodes that are well nothing is searched, so that trouble which is over is not told again.',
  severity: 'warning',
  scope: 'cluster',
  tags: ['cluster', 'messages'],
  covers: [],
  requires: ['pods', 'nodes', 'events', 'logs'],
  messages: {
    KNOWN_MESSAGE: {
      text: '{about}: {line}',
      cause: 'The message is known; what it means stands with the finding.',
      remedy: '{remedy}',
    },
  },
  docs: ['Kubernetes: Application Introspection and Debugging'],
  judge({ facts, report }) {
    const { nodes, pods, logs } = facts;
    if (pods.length === 0 && nodes.length === 0) return notApplicable('the cluster has no pod and no node');
    const failing = pods.filter(isFailing);
    const notReady = nodes.filter(({ ready }) => ready?.status !== 'True');
    const names = [
      ...notReady.map(({ name }) => `node ${name}`),
      ...failing.map(({ namespace, name }) => `${namespace}/${name}`),
    ];
    const seen = apiEvidence(
      podsFact.lists.pods,
      `${pods.length} pods, ${failing.length} failing; ${nodes.length} nodes, ${notReady.length} not Ready${names.length > 0 ? `: ${some(names)}` : ''}`,
    );
    const findings = knownWords(lastWords(facts)).map((known) => {
      const { match, words } = known;
      const { cause, remedy, source } = match.message;
      return {
        ...report('KNOWN_MESSAGE', {
          subject: words.name,
          args: { about: words.about, line: match.line, remedy },
          observed: match.line,
          expected: 'a pod or node that is well',
          evidence: [wordsEvidence(known)],
        }),
        code: match.message.id.toUpperCase().replaceAll('-', '_'),
        // Said by the table of known messages, and for the shell as it stands there.
        cause: `${cause} (${source})`,
        remedy,
      };
    });
    const unread = logs.filter(({ failure }) => failure?.code === 'permission');
    const [first] = unread;
    if (findings.length === 0 && first !== undefined)
      return undetermined(
        `${first.failure?.message}, and ${unread.length} containers have failed`,
        'kubectl auth can-i get pods --subresource=log --all-namespaces shows when it is there: dpu-doctor permissions --rbac prints the role',
        [seen, ...unread.map((log) => evidence(logCommand(log), log.failure?.message ?? ''))],
      );
    if (findings.length > 0) return verdictOf(findings, [seen]);
    const silent = logs.filter(({ failure }) => failure !== undefined);
    const without = silent.length > 0 ? `; ${silent.length} logs could not be read` : '';
    return pass([seen], names.length > 0 ? `nothing known is said of ${some(names)}${without}` : undefined);
  },
});

const some = (names: readonly string[]): string =>
  names.slice(0, MOST_NAMED).join(', ') +
  (names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '');
