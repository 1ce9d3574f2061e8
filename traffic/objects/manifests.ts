import { type Metadata, namespaceOf, ownMetadata } from './identity.ts';
import { ECHO_PORT, type WantedPod } from './pods.ts';
import type { VfNetwork } from './vf-network.ts';

export const CONTAINER = 'echo';

/** What a killed run leaves ends by itself after this time, in seconds; the objects stay until they are cleaned up. */
export const LIFETIME = 3600;

/** Chooses the one pod behind a Service. */
const NAME = 'app.kubernetes.io/name';

export const podPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
export const servicePath = (namespace: string): string => `/api/v1/namespaces/${namespace}/services`;

/**
 * The namespace of a run. Its pods need NET_RAW, which is beyond the Pod Security Standards' baseline: where such are
 * enforced, this namespace is exempt, and no other one is touched.
 */
export function namespaceManifest(run: string): object {
  const { labels, annotations } = ownMetadata(run);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespaceOf(run),
      annotations,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' },
    },
  };
}

const named = (
  run: string,
  name: string,
): Metadata & { readonly name: string; readonly namespace: string } => {
  const own = ownMetadata(run);
  return { name, namespace: namespaceOf(run), ...own, labels: { ...own.labels, [NAME]: name } };
};

export function podManifest(run: string, pod: WantedPod, image: string, vf: VfNetwork | undefined): object {
  const { annotations, ...metadata } = named(run, pod.name);
  const devices = vf === undefined ? {} : { [vf.resource]: '1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        ...(vf === undefined ? {} : { 'v1.multus-cni.io/default-network': vf.attachment }),
      },
    },
    spec: {
      affinity: onNode(pod.kubernetesNode),
      // A node is tested for what its network does, whatever else is not to run on it.
      tolerations: [{ operator: 'Exists' }],
      hostNetwork: pod.hostNetwork,
      dnsPolicy: 'Default',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: LIFETIME,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: CONTAINER,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', pod.hostNetwork ? WAIT : ECHO],
          ...(pod.hostNetwork ? {} : { startupProbe: LISTENS }),
          securityContext: SECURITY,
          resources: {
            requests: { cpu: '10m', memory: '16Mi', ...devices },
            limits: { memory: '128Mi', ...devices },
          },
        },
      ],
    },
  };
}

/**
 * By the scheduler, which nodeName would leave out: it keeps account of VFs, so that none is taken which another pod
 * was promised, and says what a node lacks. By the node's name itself, which its label kubernetes.io/hostname need not be.
 */
const onNode = (node: string): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  },
});

/**
 * Root, because busybox's ping opens a raw socket and asks for root where its maker did not patch that (Alpine did, the
 * image busybox and Debian did not), but with no other capability than that, and none to be gained.
 */
const SECURITY = {
  runAsUser: 0,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
};

/**
 * Sends back what it is sent, on both address families, to any number of peers. nc of busybox calls the server that
 * does not end -lk or -ll, by how it was built.
 */
const ECHO = `nc -lk -p ${ECHO_PORT} -e /bin/cat || nc -ll -p ${ECHO_PORT} -e /bin/cat`;

/** It would occupy a port of the node's. */
const WAIT = `sleep ${LIFETIME}`;

/**
 * That the server listens is asked of the kernel, inside the pod: a probe through the network would tell a pod as not
 * ready for what is to be tested. A startup probe is not repeated once it has passed.
 */
const LISTENS = {
  exec: {
    command: ['sh', '-c', `grep -qi ':${hexPort(ECHO_PORT)} .* 0A ' /proc/net/tcp /proc/net/tcp6`],
  },
  periodSeconds: 1,
  failureThreshold: 60,
};

/** As /proc/net/tcp writes it; the state 0A is LISTEN (Documentation/networking/proc_net_tcp.rst). */
function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** Has a ClusterIP, of each address family that the cluster has, and a port on every node. */
export function serviceManifest(run: string, { name }: WantedPod): object {
  const metadata = named(run, name);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: 'NodePort',
      ipFamilyPolicy: 'PreferDualStack',
      selector: metadata.labels,
      ports: [{ name: 'echo', protocol: 'TCP', port: ECHO_PORT, targetPort: ECHO_PORT }],
    },
  };
}
