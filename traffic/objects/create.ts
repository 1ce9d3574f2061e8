import { setTimeout as delay } from 'node:timers/promises';
import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { mapLimited } from '../../transports/limit.ts';
import { namespaceOf, ownObject } from './identity.ts';
import { podManifest, podPath, serviceManifest, servicePath } from './manifests.ts';
import { persist } from './patience.ts';
import type { ObjectOptions, WantedPod } from './pods.ts';
import type { VfNetwork } from './vf-network.ts';

/** A pod that can be made. */
export interface PlannedPod {
  readonly wanted: WantedPod;
  readonly vf: VfNetwork | undefined;
}

export interface Created {
  /** Those whose pod was made. */
  readonly pods: readonly WantedPod[];
  /** Services as the server made them, by name. */
  readonly services: ReadonlyMap<string, unknown>;
  readonly problems: readonly TrafficProblem[];
}

const AT_A_TIME = 8;
/** For one object, in milliseconds; also how long a lost connection is tried again. */
const PATIENCE = 20_000;

/** A running request is never broken off, lest an object be made that nobody knows of. */
const unbroken = { signal: new AbortController().signal, timeout: PATIENCE };

/** Makes pods and their Services; what is refused is a problem. Makes no more once the signal is given. Never rejects. */
export async function createObjects(
  cluster: WritableCluster,
  planned: readonly PlannedPod[],
  { runId, image, signal }: Pick<ObjectOptions, 'runId' | 'image' | 'signal'>,
): Promise<Created> {
  const namespace = namespaceOf(runId);
  const pods: WantedPod[] = [];
  const services = new Map<string, unknown>();
  const refused: Refused[] = [];
  await mapLimited(planned, AT_A_TIME, async ({ wanted, vf }) => {
    if (signal.aborted) return;
    try {
      await made(cluster, podPath(namespace), podManifest(runId, wanted, image, vf), signal);
      pods.push(wanted);
      if (!wanted.service || signal.aborted) return;
      const service = serviceManifest(runId, wanted);
      services.set(wanted.name, await made(cluster, servicePath(namespace), service, signal));
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      refused.push({ wanted, what: pods.includes(wanted) ? 'Service' : 'pod', error });
    }
  });
  return {
    pods: planned.map(({ wanted }) => wanted).filter((one) => pods.includes(one)),
    services,
    problems: problemsOf(refused),
  };
}

/** Makes the namespace; what is there of that name must be the run's own, from an answer that was lost. */
export async function createNamespace(cluster: WritableCluster, manifest: object): Promise<void> {
  await made(cluster, '/api/v1/namespaces', manifest, unbroken.signal);
}

async function made(
  cluster: WritableCluster,
  collection: string,
  manifest: object,
  signal: AbortSignal,
): Promise<unknown> {
  const until = performance.now() + PATIENCE;
  return persist(until, async () => {
    for (;;) {
      try {
        return await cluster.create(collection, manifest, unbroken);
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        if (error.code === 'conflict') return await ownFrom(cluster, collection, manifest, error);
        if (!lacksServiceAccount(error) || signal.aborted || performance.now() > until) throw error;
        await delay(200);
      }
    }
  });
}

/** A controller makes it a moment after the namespace (plugin/pkg/admission/serviceaccount). */
const lacksServiceAccount = ({ code, message }: KubernetesError): boolean =>
  code === 'refused' && /serviceaccounts? "default" not found/.test(message);

/** What is there already, if this run has made it: the answer to an earlier attempt was lost. */
async function ownFrom(
  cluster: WritableCluster,
  collection: string,
  manifest: object,
  conflict: KubernetesError,
): Promise<unknown> {
  const wanted = ownObject(manifest);
  const there = await cluster.get(`${collection}/${wanted?.name}`, unbroken);
  const own = ownObject(there);
  if (own === undefined || own.run !== wanted?.run || own.madeBy !== wanted.madeBy) throw conflict;
  return there;
}

interface Refused {
  readonly wanted: WantedPod;
  readonly what: 'pod' | 'Service';
  readonly error: KubernetesError;
}

/** What all have in common is told once. */
function problemsOf(refused: readonly Refused[]): readonly TrafficProblem[] {
  const alike = Map.groupBy(refused, ({ wanted, what, error }) =>
    [what, error.code, error.message.replaceAll(`"${wanted.name}"`, '…')].join('\n'),
  );
  return [...alike.values()].map((group) => {
    const [{ wanted, what, error }] = group as [Refused];
    const who =
      group.length === 1 ? `the ${what} ${wanted.name} for ${wanted.node}` : `${group.length} ${what}s`;
    return {
      code: error.code,
      message: `${who} could not be made: ${error.message}`,
      ...(error.hint === '' ? {} : { hint: error.hint }),
      ...(group.length === 1 ? { target: wanted.node } : {}),
    };
  });
}
