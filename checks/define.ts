import type { ClusterFactName, ClusterFactValues } from '../facts/cluster/index.ts';
import type { ClusterNodeSubject, Contradiction } from '../facts/derived/cluster/view.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Evidence } from '../facts/fact.ts';
import type { FactName, FactValues } from '../facts/index.ts';
import type { Netdev } from '../facts/netdevs.ts';
import type { ExpectationName, ExpectationOf } from '../suites/expectations.ts';
import { quote } from '../transports/quote.ts';
import type { AnyPathCheck } from './define-path.ts';

/** The node, or one side of the pair, that is being judged. */
export interface Subject {
  /** The name that the inventory or the command line gives it. */
  readonly name: string;
  /** Its name as a node of its cluster; absent where no cluster is known to have it. */
  readonly nodeName?: string;
  readonly role: Role;
  readonly simulation: Simulation | undefined;
  /** Of a DPU host: its DPU is examined too. */
  readonly hasDpu?: boolean;
}

/** The cluster that is being judged. */
export interface ClusterSubject {
  readonly name: string;
  readonly nodes: readonly ClusterNodeSubject[];
  /** Of its nodes' labels, DaemonSets and annotations; pairs may reach into other clusters. */
  readonly contradictions: readonly Contradiction[];
}

/** A documented message. `text` may hold `{slots}`, which a finding's `args` must fill. */
export interface Message {
  readonly text: string;
  readonly cause: string;
  /** Says what to do, with commands that can be pasted. May hold the slots of `text`. */
  readonly remedy: string;
  /** Where the text comes from: a document with its line, or a file of OVN-Kubernetes. */
  readonly source?: string;
  /** Where it is milder than the check's severity. */
  readonly level?: 'warn';
}

type Slots<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;

type ArgsOf<M extends Message> = {
  readonly [Slot in Slots<M['text']> | Slots<M['remedy']>]: string | number;
};

/** One thing that is not as it should be. */
export interface Finding {
  readonly code: string;
  /** The message with its slots filled. */
  readonly message: string;
  readonly level: 'fail' | 'warn';
  /** What it is about: a network device, a bridge, a PCI address. */
  readonly subject: string;
  readonly observed: string;
  readonly expected: string;
  readonly cause: string;
  readonly remedy: string;
  readonly evidence: readonly Evidence[];
  /** Names, in their cluster, of the only nodes that a finding of a cluster is about: it blocks no check of others. */
  readonly nodes?: readonly string[];
}

/** What a check found. */
export type Judgement =
  | { readonly kind: 'pass'; readonly evidence: readonly Evidence[]; readonly note?: string }
  /** It saw no subject, so it says nothing; never a pass. */
  | { readonly kind: 'not-applicable'; readonly why: string; readonly evidence: readonly Evidence[] }
  /** It is broken in a way that the documents say it is; reported as skipped. */
  | { readonly kind: 'expected-gap'; readonly why: string; readonly evidence: readonly Evidence[] }
  /** The facts are there and still don't tell; reported as error. */
  | {
      readonly kind: 'undetermined';
      readonly why: string;
      readonly remedy: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly kind: 'findings';
      readonly findings: readonly Finding[];
      readonly evidence: readonly Evidence[];
    };

export const pass = (evidence: readonly Evidence[], note?: string): Judgement =>
  note === undefined ? { kind: 'pass', evidence } : { kind: 'pass', evidence, note };

export const notApplicable = (why: string, evidence: readonly Evidence[] = []): Judgement => ({
  kind: 'not-applicable',
  why,
  evidence,
});

export const expectedGap = (why: string, evidence: readonly Evidence[]): Judgement => ({
  kind: 'expected-gap',
  why,
  evidence,
});

export const undetermined = (why: string, remedy: string, evidence: readonly Evidence[] = []): Judgement => ({
  kind: 'undetermined',
  why,
  remedy,
  evidence,
});

/** The findings, or a pass where there are none. */
export const verdictOf = (
  findings: readonly Finding[],
  evidence: readonly Evidence[],
  note?: string,
): Judgement => (findings.length > 0 ? { kind: 'findings', findings, evidence } : pass(evidence, note));

/** Makes a finding with the text, cause and remedy of one of the check's messages. */
export type Report<Messages extends Record<string, Message>> = <Code extends keyof Messages & string>(
  code: Code,
  finding: {
    readonly subject: string;
    readonly args: ArgsOf<Messages[Code]>;
    readonly observed: string;
    readonly expected: string;
    readonly evidence: readonly Evidence[];
    readonly nodes?: readonly string[];
  },
) => Finding;

interface CheckText<Messages extends Record<string, Message>, Expects extends ExpectationName> {
  /** `<group>/<name>`, as its file is called. Never changes: waivers and histories hang on it. */
  readonly id: `${string}/${string}`;
  /** The passing statement, as prose. */
  readonly title: string;
  /** Why it matters, in a sentence or two. */
  readonly description: string;
  readonly severity: 'error' | 'warning';
  readonly tags: readonly string[];
  /** Claim ids of the documents, such as G5 or A20. */
  readonly covers: readonly string[];
  /** Ids of checks that must pass first; otherwise this one is blocked by them. */
  readonly after?: readonly string[];
  readonly expects?: readonly Expects[];
  readonly messages: Messages;
  /** Where to read on: a document with its line, or a page. */
  readonly docs: readonly string[];
}

export interface CheckBase<Messages extends Record<string, Message>, Expects extends ExpectationName>
  extends CheckText<Messages, Expects> {
  /** Roles of the nodes that it concerns; of a pair check, both sides' are given. */
  readonly roles: readonly Role[];
  /** It asks for hardware: skipped with the reason on a simulated target. */
  readonly hardware?: boolean;
  /** It concerns only targets that are simulated in one of these ways. */
  readonly simulations?: readonly Simulation[];
}

type Expected<Expects extends ExpectationName> = { readonly [Name in Expects]: ExpectationOf<Name> };

/** What a failure of a host's check may come from: another check's failure on its DPU, whose netdevs are handed over. */
export interface ExplainedByDpu {
  readonly check: string;
  explains(own: Finding, other: Finding, netdevs: ReadonlyMap<string, Netdev>): boolean;
}

/** A check of one node. */
export interface NodeCheck<
  Facts extends FactName = never,
  Messages extends Record<string, Message> = Record<string, Message>,
  Expects extends ExpectationName = ExpectationName,
  OfCluster extends ClusterFactName = never,
> extends CheckBase<Messages, Expects> {
  readonly scope: 'node';
  readonly requires: readonly Facts[];
  /** Facts of the cluster that has the node. With these alone, a node is judged that nobody logs in to. */
  readonly requiresCluster?: readonly OfCluster[];
  /** Then the failure on the DPU is the one that is reported, and this one is blocked by it. */
  readonly explainedByDpu?: ExplainedByDpu;
  judge(input: {
    readonly facts: Pick<FactValues, Facts>;
    readonly cluster: Pick<ClusterFactValues, OfCluster>;
    readonly expected: Expected<Expects>;
    readonly subject: Subject;
    readonly report: Report<Messages>;
  }): Judgement;
}

/** A check of a DPU host together with its DPU. */
export interface PairCheck<
  HostFacts extends FactName = never,
  DpuFacts extends FactName = never,
  Messages extends Record<string, Message> = Record<string, Message>,
  Expects extends ExpectationName = ExpectationName,
  HostCluster extends ClusterFactName = never,
  DpuCluster extends ClusterFactName = never,
> extends CheckBase<Messages, Expects> {
  readonly scope: 'pair';
  readonly requires: { readonly host: readonly HostFacts[]; readonly dpu: readonly DpuFacts[] };
  /** Facts of the clusters that have the two nodes: one and the same, or one for hosts and one for DPUs. */
  readonly requiresCluster?: { readonly host?: readonly HostCluster[]; readonly dpu?: readonly DpuCluster[] };
  /** Then the failure on the DPU is the one that is reported, and this one is blocked by it. */
  readonly explainedByDpu?: ExplainedByDpu;
  judge(input: {
    readonly host: Pick<FactValues, HostFacts>;
    readonly dpu: Pick<FactValues, DpuFacts>;
    readonly cluster: {
      readonly host: Pick<ClusterFactValues, HostCluster>;
      readonly dpu: Pick<ClusterFactValues, DpuCluster>;
    };
    readonly expected: Expected<Expects>;
    readonly subject: { readonly host: Subject; readonly dpu: Subject };
    readonly report: Report<Messages>;
  }): Judgement;
}

/** A check of a cluster as a whole. */
export interface ClusterCheck<
  Facts extends ClusterFactName = never,
  Messages extends Record<string, Message> = Record<string, Message>,
  Expects extends ExpectationName = ExpectationName,
> extends CheckText<Messages, Expects> {
  readonly scope: 'cluster';
  readonly requires: readonly Facts[];
  judge(input: {
    readonly facts: Pick<ClusterFactValues, Facts>;
    readonly expected: Expected<Expects>;
    readonly subject: ClusterSubject;
    readonly report: Report<Messages>;
  }): Judgement;
}

/** Any check, as the runner sees it. */
export type Check = AnyNodeCheck | AnyPairCheck | AnyClusterCheck | AnyPathCheck;

export interface AnyNodeCheck extends CheckBase<Record<string, Message>, ExpectationName> {
  readonly scope: 'node';
  readonly requires: readonly FactName[];
  readonly requiresCluster?: readonly ClusterFactName[];
  readonly explainedByDpu?: ExplainedByDpu;
  judge(input: NodeInput): Judgement;
}

export interface AnyPairCheck extends CheckBase<Record<string, Message>, ExpectationName> {
  readonly scope: 'pair';
  readonly requires: { readonly host: readonly FactName[]; readonly dpu: readonly FactName[] };
  readonly requiresCluster?: {
    readonly host?: readonly ClusterFactName[];
    readonly dpu?: readonly ClusterFactName[];
  };
  readonly explainedByDpu?: ExplainedByDpu;
  judge(input: PairInput): Judgement;
}

export interface AnyClusterCheck extends CheckText<Record<string, Message>, ExpectationName> {
  readonly scope: 'cluster';
  readonly requires: readonly ClusterFactName[];
  judge(input: ClusterInput): Judgement;
}

export interface NodeInput {
  readonly facts: Partial<FactValues>;
  readonly cluster?: Partial<ClusterFactValues>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
}

export interface PairInput {
  readonly host: Partial<FactValues>;
  readonly dpu: Partial<FactValues>;
  readonly cluster?: {
    readonly host: Partial<ClusterFactValues>;
    readonly dpu: Partial<ClusterFactValues>;
  };
  readonly expected: Readonly<Record<string, unknown>>;
  readonly subject: { readonly host: Subject; readonly dpu: Subject };
}

export interface ClusterInput {
  readonly facts: Partial<ClusterFactValues>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly subject: ClusterSubject;
}

/** Declares a check of one node. The facts that it does not require are unknown to its judge. */
export function defineCheck<
  const Facts extends FactName,
  const Messages extends Record<string, Message>,
  const Expects extends ExpectationName = never,
  const OfCluster extends ClusterFactName = never,
>(check: NodeCheck<Facts, Messages, Expects, OfCluster>): AnyNodeCheck {
  const report = reporter(check);
  // The runner hands over exactly the facts and expectations that the check declares.
  const judge = (input: NodeInput): Judgement =>
    check.judge({ ...(input as Omit<Parameters<typeof check.judge>[0], 'report'>), report });
  return { ...check, judge } as AnyNodeCheck;
}

/** Declares a check of a DPU host together with its DPU. */
export function definePairCheck<
  const HostFacts extends FactName,
  const DpuFacts extends FactName,
  const Messages extends Record<string, Message>,
  const Expects extends ExpectationName = never,
  const HostCluster extends ClusterFactName = never,
  const DpuCluster extends ClusterFactName = never,
>(check: PairCheck<HostFacts, DpuFacts, Messages, Expects, HostCluster, DpuCluster>): AnyPairCheck {
  const report = reporter(check);
  const judge = (input: PairInput): Judgement =>
    check.judge({ ...(input as Omit<Parameters<typeof check.judge>[0], 'report'>), report });
  return { ...check, judge } as AnyPairCheck;
}

/** Declares a check of a cluster as a whole. */
export function defineClusterCheck<
  const Facts extends ClusterFactName,
  const Messages extends Record<string, Message>,
  const Expects extends ExpectationName = never,
>(check: ClusterCheck<Facts, Messages, Expects>): AnyClusterCheck {
  const report = reporter(check);
  const judge = (input: ClusterInput): Judgement =>
    check.judge({ ...(input as Omit<Parameters<typeof check.judge>[0], 'report'>), report });
  return { ...check, judge } as AnyClusterCheck;
}

/** Makes findings with the texts of a check's messages. */
export function reporter<Messages extends Record<string, Message>>(check: {
  readonly severity: 'error' | 'warning';
  readonly messages: Messages;
}): Report<Messages> {
  return (code, { subject, args, observed, expected, evidence, nodes }) => {
    const message: Message = check.messages[code] as Message;
    return {
      code,
      message: fill(message.text, args),
      level: message.level ?? (check.severity === 'error' ? 'fail' : 'warn'),
      subject,
      observed,
      expected,
      cause: fill(message.cause, args),
      remedy: fillRemedy(message.remedy, args),
      evidence,
      ...(nodes === undefined ? {} : { nodes }),
    };
  };
}

type Args = Readonly<Record<string, string | number>>;

const fill = (text: string, args: Args): string =>
  text.replace(/\{([^{}]+)\}/g, (slot, name: string) => visible(String(args[name] ?? slot)));

/** Reports leave control characters out, and a name that is made of them would vanish: here they can be seen. */
const visible = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

/** What a node says ends up in commands that people paste: a word that a shell would read is quoted for it. */
const fillRemedy = (text: string, args: Args): string =>
  text.replace(/"\{([^{}]+)\}"|\{([^{}]+)\}/g, (slot, quoted?: string, bare?: string) => {
    const value = args[quoted ?? bare ?? ''];
    if (value === undefined) return slot;
    const words = visible(String(value)).split(' ').map(pasted).join(' ');
    return quoted === undefined || words.includes("'") ? words : `"${words}"`;
  });

/** Quoted where it must be; a placeholder, such as `<netdev>`, is for a reader to replace. */
const pasted = (word: string): string => (word === '' || /^<[\w-]+>$/.test(word) ? word : quote(word));
