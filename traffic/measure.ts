import type { FactFailure } from '../facts/fact.ts';
import type { PathMeasurement, TrafficMeasurements, TrafficProblem } from '../facts/traffic/measurement.ts';
import { cameThrough } from '../facts/traffic/passage.ts';
import { openContext, type TrafficContext } from './context.ts';
import { findEndpoints } from './endpoints/find.ts';
import { exchangeAll } from './exchange-all.ts';
import { locateFailing, MAX_STREAMS, streamPaths, streamWorking } from './follow-up.ts';
import type { TrafficInput } from './input.ts';
import { listenersOf } from './listeners.ts';
import type { MadePods } from './objects/index.ts';
import type { TrafficOptions } from './options.ts';
import { planPaths } from './plan.ts';
import { remeasurePartial } from './remeasure.ts';

/**
 * Finds endpoints, or makes them; plans paths between them; sends traffic along each; follows what fails, and watches what
 * works; and removes what it made. What was measured before an interruption is kept. Never rejects.
 */
export async function measureTraffic(
  input: TrafficInput,
  options: TrafficOptions,
): Promise<TrafficMeasurements> {
  const context = openContext(input, options);
  const made: MadePods[] = [];
  let measured: Omit<TrafficMeasurements, 'left'> = { paths: [], problems: [], notes: [] };
  try {
    measured = await measure(context, made);
  } catch (error) {
    measured = { ...measured, problems: [...measured.problems, unexpected(error)] };
  }
  const { paths, problems, notes } = await withPodEvidence(measured, made);
  const failed = problems.length > 0 || paths.some(hasFailed);
  const left = (await Promise.all(made.map((pods) => pods.remove({ failed })))).flat();
  await context.close();
  return { paths, problems, notes, left };
}

async function measure(
  context: TrafficContext,
  made: MadePods[],
): Promise<Omit<TrafficMeasurements, 'left'>> {
  const { options } = context;
  const { senders, hosts, services, problems, notes } = await findEndpoints(context, made);
  const pods = senders.map(({ endpoint }) => endpoint).filter(({ kind }) => kind !== 'node');
  const listeners = listenersOf(senders, made);
  const plan = planPaths({ pods, hosts, services, listeners }, options);
  const { wanted = () => true, streams = true } = options;
  const paths = plan.paths.filter(wanted);
  const nodes = new Set(pods.map(({ node }) => node));
  options.progress(`${paths.length} paths between ${pods.length} endpoints on ${nodes.size} nodes`);
  const listensAlready = (path: PathMeasurement['path']): boolean =>
    path.to.endpoint === undefined || listeners.get(path.to.endpoint)?.shared === true;
  const atOnce = await exchangeAll(paths, senders, listensAlready, context);
  const exchanges = await remeasurePartial(atOnce, senders, context);
  const exchanged = paths.map(
    (path): PathMeasurement => ({ path, exchange: exchanges.get(path) ?? { ok: false, failure: NOT_SENT } }),
  );
  const located = await locateFailing(exchanged, context);
  const streamed = streams ? await streamWorking(exchanged, context) : new Map();
  const unwatched = streams ? Math.max(0, streamPaths(exchanged).length - MAX_STREAMS) : 0;
  return {
    paths: exchanged.map((measurement): PathMeasurement => {
      const location = located.get(measurement.path);
      const stream = streamed.get(measurement.path);
      return {
        ...measurement,
        ...(location === undefined ? {} : { location }),
        ...(stream === undefined ? {} : { stream }),
      };
    }),
    problems,
    notes: [...notes, ...plan.notes, ...(unwatched === 0 ? [] : [fewStreams(unwatched)])],
  };
}

const fewStreams = (unwatched: number): string =>
  `whether hardware carries traffic was looked at between ${MAX_STREAMS} pairs of nodes, and not between ${unwatched} others that work`;

const NOT_SENT: FactFailure = {
  code: 'interrupted',
  message: 'the run was interrupted before anything was sent on this path',
  hint: 'Run it again.',
};

/** What the API shows of the pods at the ends of failing paths, before they are removed. */
async function withPodEvidence(
  measured: Omit<TrafficMeasurements, 'left'>,
  made: readonly MadePods[],
): Promise<Omit<TrafficMeasurements, 'left'>> {
  const failing = measured.paths.filter((path) => path.exchange.ok && cameThrough(path) === false);
  const ends = new Set(
    failing.flatMap(({ path: { from, to } }) => [from, ...(to.endpoint ? [to.endpoint] : [])]),
  );
  if (ends.size === 0) return measured;
  const shown = new Map(
    (
      await Promise.all(
        made.map(({ endpoints, evidence }) => {
          const names = new Set(endpoints.map(({ name }) => name));
          return evidence([...ends].filter(({ name }) => names.has(name)));
        }),
      )
    ).flatMap((one) => [...one]),
  );
  return {
    ...measured,
    paths: measured.paths.map((measurement) => {
      const { path, exchange } = measurement;
      if (!exchange.ok || cameThrough(measurement) !== false) return measurement;
      const more = [path.from.name, path.to.endpoint?.name ?? ''].flatMap((name) => shown.get(name) ?? []);
      const value = { ...exchange.value, evidence: [...exchange.value.evidence, ...more] };
      return { ...measurement, exchange: { ok: true, value } };
    }),
  };
}

/** Something that somebody will want to look at, for which pods may be kept. */
const hasFailed = (measurement: PathMeasurement): boolean =>
  measurement.path.expectedGap === undefined &&
  (!measurement.exchange.ok || cameThrough(measurement) === false);

const unexpected = (error: unknown): TrafficProblem => ({
  code: 'unexpected',
  message: `traffic could not be measured: ${error instanceof Error ? error.message : String(error)}`,
  hint: 'This is a fault of dpu-doctor: please report it with the output of --verbose.',
});
