import * as read from '../../json.ts';

/** An annotation of a pod. What can't be read is not the same as what is not there. */
export type Annotation<Value> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string; readonly said: string }
  | { readonly kind: 'read'; readonly value: Value; readonly said: string };

/** What the CNI on the host tells the DPU of a pod's VF (OVN-Kubernetes go-controller/pkg/util/dpu_annotations.go). */
export interface ConnectionDetails {
  /** The PCI function number of the PF, as text: sriovnet's GetPfIndexByVfPciAddress gives it. */
  readonly pfId: string;
  /** N of the PF's link virtfnN, as text. */
  readonly vfId: string;
  readonly sandboxId: string;
  /** The VF's network device before it went to the pod. */
  readonly vfNetdevName: string | undefined;
}

/** What the DPU answers. */
export interface ConnectionStatus {
  /** Ready or Error. */
  readonly status: string;
  readonly reason: string | undefined;
}

/** One network of a pod as Multus reports it (Network Plumbing Working Group, NetworkStatus). */
export interface NetworkStatus {
  readonly name: string;
  readonly isDefault: boolean;
  readonly mac: string | undefined;
  /** PCI address of the device, in lower case; undefined where the device plugin left no device information. */
  readonly pciAddress: string | undefined;
  /** The pod has a vDPA device of the VF, and the VF's own network device stays on the host. */
  readonly isVdpa: boolean;
}

export const DETAILS = 'k8s.ovn.org/dpu.connection-details';
export const STATUS = 'k8s.ovn.org/dpu.connection-status';
export const NETWORK_STATUS = 'k8s.v1.cni.cncf.io/network-status';
export const DEFAULT_NETWORK = 'v1.multus-cni.io/default-network';

type Annotations = ReadonlyMap<string, string>;

/** By network: `default`, or the namespace/name of a NetworkAttachmentDefinition, with an index where it is used twice. */
export const connectionDetails = (
  annotations: Annotations,
): Annotation<ReadonlyMap<string, ConnectionDetails>> =>
  byNetwork(annotations.get(DETAILS), (entry) => {
    const pfId = field(entry, 'pfId');
    const vfId = field(entry, 'vfId');
    return pfId === undefined || vfId === undefined
      ? undefined
      : {
          pfId,
          vfId,
          sandboxId: field(entry, 'sandboxId') ?? '',
          vfNetdevName: field(entry, 'vfNetdevName') || undefined,
        };
  });

export const connectionStatuses = (
  annotations: Annotations,
): Annotation<ReadonlyMap<string, ConnectionStatus>> =>
  byNetwork(annotations.get(STATUS), (entry) => {
    const status = field(entry, 'Status');
    return status === undefined ? undefined : { status, reason: field(entry, 'Reason') || undefined };
  });

export function networkStatuses(annotations: Annotations): Annotation<readonly NetworkStatus[]> {
  const json = parse(annotations.get(NETWORK_STATUS));
  if (json.kind !== 'read') return json;
  if (!Array.isArray(json.value)) return { kind: 'unreadable', why: 'it is no JSON list', said: json.said };
  return { ...json, value: read.records(json.value).map(networkStatus) };
}

function networkStatus(entry: read.JsonRecord): NetworkStatus {
  const device = read.record(entry['device-info']);
  const vdpa = read.record(device['vdpa']);
  const address =
    read.optionalText(read.record(device['pci']), 'pci-address') ?? read.optionalText(vdpa, 'pci-address');
  return {
    name: read.text(entry, 'name'),
    isDefault: entry['default'] === true,
    mac: read.optionalText(entry, 'mac')?.toLowerCase(),
    pciAddress: address?.toLowerCase(),
    isVdpa: Object.keys(vdpa).length > 0,
  };
}

/** Where Multus looks for a default network that is given without a namespace. */
const MULTUS_NAMESPACE = 'kube-system';

/** The NetworkAttachmentDefinition that the pod asks for as its default network; undefined where it asks for none. */
export function defaultNetwork(
  annotations: Annotations,
): { readonly namespace: string; readonly name: string } | undefined {
  const text = annotations.get(DEFAULT_NETWORK)?.trim();
  if (!text) return undefined;
  const json = text.startsWith('[') ? parse(text) : undefined;
  if (json?.kind === 'read') {
    const [first = {}] = read.records(json.value);
    const name = read.text(first, 'name');
    return name === '' ? undefined : { namespace: read.text(first, 'namespace') || MULTUS_NAMESPACE, name };
  }
  const [reference = ''] = (text.split(',', 1)[0] ?? '').split('@', 1);
  const [namespace, name] = reference.trim().split('/', 2);
  return name === undefined
    ? { namespace: MULTUS_NAMESPACE, name: namespace ?? '' }
    : { namespace: namespace ?? '', name };
}

/** What the API server takes of all annotations of an object together (Kubernetes, TotalAnnotationSizeLimitB). */
const LONGEST = 256 * 1024;

function parse(text: string | undefined): Annotation<unknown> {
  if (text === undefined) return { kind: 'absent' };
  const said = text.slice(0, 400);
  if (text.length > LONGEST) return { kind: 'unreadable', why: `it has ${text.length} characters`, said };
  try {
    return { kind: 'read', value: JSON.parse(text), said };
  } catch {
    return { kind: 'unreadable', why: 'it is no JSON', said };
  }
}

/** Old releases wrote the entry of the default network alone, without its key; the new ones still read that. */
function byNetwork<Value>(
  text: string | undefined,
  entryOf: (entry: read.JsonRecord) => Value | undefined,
): Annotation<ReadonlyMap<string, Value>> {
  const json = parse(text);
  if (json.kind !== 'read') return json;
  const all = read.record(json.value);
  const legacy = entryOf(all);
  if (legacy !== undefined) return { ...json, value: new Map([['default', legacy]]) };
  const entries = new Map<string, Value>();
  for (const [network, entry] of Object.entries(all)) {
    const value = entryOf(read.record(entry));
    if (value === undefined)
      return { kind: 'unreadable', why: `its entry ${network} lacks a field`, said: json.said };
    entries.set(network, value);
  }
  return { ...json, value: entries };
}

/** Go's decoder takes the names of fields in upper and lower case alike. */
function field(entry: read.JsonRecord, name: string): string | undefined {
  const key =
    name in entry ? name : Object.keys(entry).find((one) => one.toLowerCase() === name.toLowerCase());
  const value = key === undefined ? undefined : entry[key];
  return typeof value === 'string' ? value : undefined;
}
