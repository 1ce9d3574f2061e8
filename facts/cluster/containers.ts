import { type JsonRecord, number, optionalText, record, records, text, texts } from '../json.ts';

/** A container of a pod's template, with what tells how OVN-Kubernetes is to run in it. */
export interface ContainerTemplate {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** The variables by which OVN-Kubernetes is told its mode; others may hold secrets, and are not kept. */
  readonly environment: ReadonlyMap<string, EnvironmentValue>;
  /** ConfigMaps and Secrets of which all keys become variables, such as `configMap ovn-mode-config`; absent where there are none. */
  readonly environmentFrom?: readonly string[];
}

/** A value, or where it comes from: `field spec.nodeName`, `configMap ovn-config key net_cidr`. */
export type EnvironmentValue =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'from'; readonly from: string };

const TELLS_OF_NETWORK = /^(?:OVNKUBE_|OVN_|DPU_|K8S_|PCIDEVICE_)[A-Z0-9_]*$/;

/** The DaemonSet of a DPU holds the credentials for the hosts' cluster in its environment (OVN-Kubernetes' chart: K8S_TOKEN). */
const MAY_BE_SECRET = /TOKEN|CACERT|SECRET|PASSWORD|PRIVATE|_KEY$|_CERT$/;

export const containerTemplates = (podSpec: JsonRecord): readonly ContainerTemplate[] =>
  records(podSpec['containers']).map((container) => ({
    name: text(container, 'name'),
    image: text(container, 'image'),
    command: texts(container['command']),
    args: texts(container['args']),
    environment: new Map(
      records(container['env'])
        .map((entry) => [text(entry, 'name'), environmentValue(entry)] as const)
        .filter(([name]) => TELLS_OF_NETWORK.test(name) && !MAY_BE_SECRET.test(name)),
    ),
    ...environmentFrom(container),
  }));

function environmentFrom(container: JsonRecord): Pick<ContainerTemplate, 'environmentFrom'> {
  const sources = records(container['envFrom']).map((one) => {
    const map = text(record(one['configMapRef']), 'name');
    // What a prefix makes of the names is left to who reads the manifest.
    return map !== '' && text(one, 'prefix') === '' ? `configMap ${map}` : 'elsewhere';
  });
  return sources.length === 0 ? {} : { environmentFrom: sources };
}

function environmentValue(entry: JsonRecord): EnvironmentValue {
  const from = record(entry['valueFrom']);
  const field = optionalText(record(from['fieldRef']), 'fieldPath');
  if (field !== undefined) return { kind: 'from', from: `field ${field}` };
  const map = record(from['configMapKeyRef']);
  if (map['name'] !== undefined)
    return { kind: 'from', from: `configMap ${text(map, 'name')} key ${text(map, 'key')}` };
  if (Object.keys(from).length > 0) return { kind: 'from', from: Object.keys(from).join(', ') };
  return { kind: 'value', value: text(entry, 'value') };
}

/** How a pod's container does. */
export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly init: boolean;
  readonly ready: boolean;
  readonly restarts: number;
  /** `running`, `waiting: ImagePullBackOff`, `terminated: Error`; empty where kubelet said nothing. */
  readonly state: string;
  /** What kubelet or the program itself said of the state. */
  readonly message: string;
  /** How it ended before: the reason, the exit code and the last words. */
  readonly lastTermination: Termination | undefined;
}

export interface Termination {
  readonly reason: string;
  readonly exitCode: number | undefined;
  readonly message: string;
}

export const containerStatuses = (status: JsonRecord): readonly ContainerStatus[] =>
  (['initContainerStatuses', 'containerStatuses'] as const).flatMap((key) =>
    records(status[key]).map((container) => {
      const state = record(container['state']);
      const [kind = ''] = ['waiting', 'terminated', 'running'].filter((one) => state[one] !== undefined);
      const details = record(state[kind]);
      const reason = text(details, 'reason');
      const last = record(container['lastState'])['terminated'];
      return {
        name: text(container, 'name'),
        image: text(container, 'image'),
        init: key === 'initContainerStatuses',
        ready: container['ready'] === true,
        restarts: number(container, 'restartCount') ?? 0,
        state: reason === '' ? kind : `${kind}: ${reason}`,
        message: text(details, 'message'),
        lastTermination: last === undefined ? undefined : termination(record(last)),
      };
    }),
  );

const termination = (last: JsonRecord): Termination => ({
  reason: text(last, 'reason'),
  exitCode: number(last, 'exitCode'),
  message: text(last, 'message'),
});
