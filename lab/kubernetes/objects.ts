/** An object of the Kubernetes API as plain data. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  /** Staging fills it in. */
  uid?: string;
  controller?: boolean;
}

const IRREGULAR: Record<string, string> = {
  Endpoints: 'endpoints',
  NetworkAttachmentDefinition: 'network-attachment-definitions',
};

/** The resource of a kind, by the rules of English that the API's own names follow. */
export function resourceOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (IRREGULAR[kind]) return IRREGULAR[kind];
  if (/[^aeiou]y$/.test(lower)) return lower.replace(/y$/, 'ies');
  return /(s|x|ch|sh)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

/** The path below which the objects of a kind are listed and created. */
export function collectionPath({ apiVersion, kind, metadata: { namespace } }: KubernetesObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resourceOf(kind)}`;
}

export const objectPath = (object: KubernetesObject): string =>
  `${collectionPath(object)}/${object.metadata.name}`;
