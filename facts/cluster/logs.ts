import { optionalText, record, records, text } from '../json.ts';
import { containerStatuses } from './containers.ts';
import { defineClusterFact, type LogAnswer, type LogRead } from './fact.ts';
import { namedObjects } from './objects.ts';
import { pods } from './pods.ts';

/** The end of a failing container's log, or why it could not be read. */
export type ContainerLog = LogAnswer;

/** More than a handful of logs would say the same again. */
const MOST_LOGS = 5;

/** By their images: whose words may tell of networks and DPUs. Other programs' logs are nobody's business here. */
const OF_NETWORKS = /ovn|ovs|openvswitch|multus|sriov|dpu|dpf|cni/i;

/** Whether one of these names (images, namespaces, pods) is of a program that networks of pods need. */
export const isOfNetworks = (names: readonly string[]): boolean =>
  names.some((name) => OF_NETWORKS.test(name));

/** The last words of containers of the network that ended badly: one read for each, and one of each image first. */
export function failingLogs(objects: readonly unknown[]): readonly LogRead[] {
  const all = namedObjects(objects).flatMap(({ object, metadata, id }) => {
    if (metadata['deletionTimestamp'] !== undefined) return [];
    return containerStatuses(record(object['status']))
      .filter(({ image, name }) => isOfNetworks([image, name]))
      .filter(({ ready, state, lastTermination }) => {
        const endedBadly = /^terminated(?!: Completed)/.test(state) || (lastTermination?.exitCode ?? 0) !== 0;
        return !ready && endedBadly;
      })
      .map(({ name, image, state, lastTermination }) => ({
        image,
        read: {
          namespace: id.namespace,
          pod: id.name,
          container: name,
          // While it waits to be started again, its log is that of the container which ended.
          previous: lastTermination !== undefined && !state.startsWith('terminated'),
        },
      }));
  });
  const byImage = [...Map.groupBy(all, ({ image }) => image).values()];
  const first = byImage.flatMap((own) => own.slice(0, 1));
  const others = byImage.flatMap((own) => own.slice(1));
  return [...first, ...others].slice(0, MOST_LOGS).map(({ read }) => read);
}

/** Of a log, the end tells why it ended. In characters. */
const LONGEST = 64 * 1024;

export const logs = defineClusterFact({
  title: 'ends of the logs of failing containers',
  lists: {
    logs: {
      path: '/api/v1/pods/log',
      logs: { of: pods.lists.pods, choose: failingLogs },
      // A way to the cluster that reads no logs tells as much without them.
      optional: true,
    },
  },
  parse: (answers): readonly ContainerLog[] =>
    records(answers.logs ?? []).map((answer) => {
      const failure = record(answer['failure']);
      const said = optionalText(answer, 'text');
      return {
        namespace: text(answer, 'namespace'),
        pod: text(answer, 'pod'),
        container: text(answer, 'container'),
        previous: answer['previous'] === true,
        ...(said === undefined ? {} : { text: said.slice(-LONGEST) }),
        ...(said === undefined
          ? {
              failure: {
                code: (optionalText(failure, 'code') ?? 'unreachable') as NonNullable<
                  LogAnswer['failure']
                >['code'],
                message: text(failure, 'message'),
              },
            }
          : {}),
      };
    }),
});
