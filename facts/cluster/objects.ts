import { type JsonRecord, optionalText, record, records, text } from '../json.ts';

/** What every object has. */
export interface ObjectIdentity {
  readonly name: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly uid: string;
}

/** The objects of a list that have a name; with their metadata. */
export const namedObjects = (
  items: readonly unknown[],
): readonly { readonly object: JsonRecord; readonly metadata: JsonRecord; readonly id: ObjectIdentity }[] =>
  records(items).flatMap((object) => {
    const metadata = record(object['metadata']);
    const name = optionalText(metadata, 'name');
    if (name === undefined) return [];
    return [
      { object, metadata, id: { name, namespace: text(metadata, 'namespace'), uid: text(metadata, 'uid') } },
    ];
  });

/** A mapping of texts, such as labels; what is no text is left out. A Map, so that no key is known that only every object has. */
export const textMap = (
  value: unknown,
  keep: (key: string) => boolean = () => true,
): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(record(value)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && keep(entry[0]),
    ),
  );

/** Of a hundred kilobytes of annotations, those that tell of networks and of DPUs. */
export const isNetworkAnnotation = (key: string): boolean =>
  /^(?:k8s\.ovn\.org|k8s\.v1\.cni\.cncf\.io|v1\.multus-cni\.io|provisioning\.dpu\.nvidia\.com)\//.test(key);

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  /** True, False or Unknown. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export const conditionsOf = (status: JsonRecord): readonly Condition[] =>
  records(status['conditions']).map((condition) => ({
    type: text(condition, 'type'),
    status: text(condition, 'status'),
    reason: text(condition, 'reason'),
    message: text(condition, 'message'),
  }));
