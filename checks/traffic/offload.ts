import type { FactFailure, Outcome } from '../../facts/fact.ts';
import { type Path, type PathKind, pathTitle } from '../../facts/traffic/path.ts';
import { judgeOffload } from '../../facts/traffic/proof/offload.ts';
import { percent } from '../../facts/traffic/proof/shares.ts';
import type { DirectionProof, OffloadJudgement } from '../../facts/traffic/proof/verdict.ts';
import { whyNot } from '../../facts/traffic/proof/why-not/index.ts';
import { WHY_NOT_FACTS, type WhyNotFacts } from '../../facts/traffic/proof/why-not/reason.ts';
import type { StreamObservation } from '../../facts/traffic/stream.ts';
import { type Judgement, notApplicable, type Report, undetermined, verdictOf } from '../define.ts';
import { definePathCheck, type PathNode } from '../define-path.ts';
import { PATH_CHECK, TRAFFIC_FACTS } from './common.ts';
import { OFFLOAD_MESSAGES } from './offload-messages.ts';

export const offload = definePathCheck({
  id: 'traffic/offload',
  title: 'the hardware forwards the TCP of pods, in both directions',
  description:
    'A stream of thousands of packets is sent. It counts as offloaded only where the flows of this very connection are marked as offloaded, count about as many packets as were sent, and the representors of both pods see next to none of them.',
  ...PATH_CHECK,
  covers: ['A62', 'A63', 'D103'],
  requires: [...new Set([...TRAFFIC_FACTS, ...WHY_NOT_FACTS])],
  measures: 'stream',
  messages: OFFLOAD_MESSAGES,
  docs: ['seed A L393-396', 'ovs-vswitchd(8)', 'ovs-vswitchd.conf.db(5)'],
  concerns: (path) =>
    path.size === 'small' && (BETWEEN_PODS.includes(path.kind) || hostNetworkOf(path) !== undefined),
  judge: ({ path, measured, nodes, report }) => {
    const onNode = hostNetworkOf(path);
    if (onNode !== undefined)
      return notApplicable(
        `not accelerated: ${onNode} shares its node's network, so that nothing of it passes a VF`,
      );
    const unseen = measured.directions.filter(({ notAsked }) => notAsked).map(({ dpu }) => dpu);
    if (unseen.length > 0 && unseen.length === measured.directions.length)
      return notApplicable(
        `nobody logs in to ${[...new Set(unseen)].join(' and ')}, and only there offload can be seen: say how with --node-access or an inventory`,
      );
    return judgeStream(path, measured, nodes, report);
  },
});

const BETWEEN_PODS: readonly PathKind[] = ['pod-to-pod', 'pod-to-pod-on-node'];

/** The pod at one end that shares its node's network. */
const hostNetworkOf = ({ from, to }: Path): string | undefined =>
  [from, to.endpoint].find((endpoint) => endpoint?.kind === 'pod' && endpoint.hostNetwork)?.name;

type Nodes = ReadonlyMap<string, PathNode<(typeof WHY_NOT_FACTS)[number]>>;

function judgeStream(
  path: Path,
  observation: StreamObservation,
  nodes: Nodes,
  report: Report<typeof OFFLOAD_MESSAGES>,
): Judgement {
  const judged = judgeOffload(observation);
  const seen = [...observation.evidence, ...judged.directions.flatMap(({ evidence }) => evidence)];
  switch (judged.verdict) {
    case 'offloaded':
      return verdictOf([], seen, judged.directions.map(({ why }) => why).join('; '));
    case 'simulated':
      return notApplicable(`simulated: ${judged.directions[0]?.why}: nothing there proves offload`, seen);
    case 'undetermined':
      return undetermined(
        whyUndetermined(judged),
        'Look while a stream runs: ovs-appctl dpctl/dump-flows -m --names type=offloaded; ip stats show group offload subgroup cpu_hit; ethtool -S <representor>',
        seen,
      );
    default:
      return verdictOf(findings(path, observation, judged, nodes, report), seen);
  }
}

const whyUndetermined = ({ directions }: OffloadJudgement): string =>
  directions.length === 0
    ? 'no direction of the stream was looked at'
    : directions
        .filter(({ verdict }) => verdict === 'undetermined')
        .map(({ sender, why }) => `from ${sender}: ${why}`)
        .join('; ');

/** One for each reason of each direction that is not offloaded; one that says so where none was found. */
function findings(
  path: Path,
  observation: StreamObservation,
  { directions }: OffloadJudgement,
  nodes: Nodes,
  report: Report<typeof OFFLOAD_MESSAGES>,
) {
  return directions.flatMap((proof, index) => {
    const direction = observation.directions[index];
    if (direction === undefined || (proof.verdict !== 'in-software' && proof.verdict !== 'in-part'))
      return [];
    const other = directions.find((one) => one !== proof);
    const { reasons, gaps } = whyNot({ proof, direction, other, facts: factsOf(proof, nodes) });
    const unseen = gaps.length === 0 ? '' : `; not looked at: ${gaps.join('; ')}`;
    const finding = (
      code: keyof typeof OFFLOAD_MESSAGES,
      what: string,
      evidence: DirectionProof['evidence'],
    ) =>
      report(code, {
        subject: `${pathTitle(path)}, from ${proof.sender}`,
        args: {
          sender: proof.sender,
          how: howOf(proof),
          dpu: proof.dpu,
          what,
          port: direction.representor ?? '',
        },
        observed: `${proof.why}${unseen}`,
        expected: 'forwarded by the hardware',
        evidence: [...evidence, ...proof.evidence],
      });
    if (reasons.length === 0) return [finding('NO_REASON', '', [])];
    return reasons.map(({ code, what, evidence }) => finding(code, what, evidence));
  });
}

const howOf = ({ verdict, share }: DirectionProof): string =>
  verdict === 'in-part' && share !== undefined
    ? `in hardware only in part, ${percent(share)},`
    : 'in software';

const NOT_ASKED: FactFailure = { code: 'unreachable', message: 'the DPU was not asked' };

/** Of a DPU that is not among the nodes nothing is known. */
function factsOf({ dpu }: DirectionProof, nodes: Nodes): WhyNotFacts {
  const found = nodes.get(dpu)?.facts;
  const entries = WHY_NOT_FACTS.map((name): [string, Outcome<unknown>] => [
    name,
    found?.[name] ?? { ok: false, failure: NOT_ASKED },
  ]);
  return Object.fromEntries(entries) as unknown as WhyNotFacts;
}
