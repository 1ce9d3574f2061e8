import type {
  Chain,
  ChainLink,
  Gap,
  Holder,
  LinkKind,
  LinkState,
  PairChains,
  Stray,
} from '../facts/derived/chain/chain.ts';
import type { Verdict } from '../runner/report.ts';
import { type Look, lookOf } from './look.ts';
import { capped, safeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';
import { type Branch, branch, treeLines } from './tree.ts';
import { fold, padTo, wrap } from './width.ts';
import { count } from './words.ts';

export interface TopologyOptions {
  readonly terminal: Terminal;
  /** quiet: only what is not whole. verbose: every link of every chain with its ground and evidence. */
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

/** The chains of all pairs as a tree: one line for a whole one, all links of the others with the first fault named. */
export async function renderTopology(
  pairs: readonly PairChains[],
  { terminal, detail }: TopologyOptions,
): Promise<string> {
  const view: View = { look: await lookOf(terminal), unicode: terminal.unicode, detail };
  const shown = detail === 'quiet' ? pairs.filter((pair) => !isWhole(pair)) : pairs;
  const lines = [...shown.flatMap((pair) => [...pairLines(view, pair), '']), closing(pairs)];
  return view.look.finish(`${lines.join('\n')}\n`);
}

interface View extends Pick<TopologyOptions, 'detail'> {
  readonly look: Look;
  readonly unicode: boolean;
}

const isWhole = ({ chains, strays, gaps }: PairChains): boolean =>
  strays.length === 0 && gaps.length === 0 && chains.every(({ state }) => state === 'whole');

function pairLines(view: View, { host, dpu, pairGround, chains, strays, gaps }: PairChains): string[] {
  const { look, unicode, detail } = view;
  const title = dpu === undefined ? safeLine(host) : `${safeLine(host)} with ${safeLine(dpu)}`;
  const shown = detail === 'quiet' ? chains.filter(({ state }) => state !== 'whole') : chains;
  const branches = [
    ...shown.map((chain) => chainBranch(view, chain)),
    ...strays.map((stray) => strayBranch(view, stray)),
    ...gaps.map((gap) => gapBranch(view, gap)),
  ];
  const summary = chains.length === 0 ? 'no VF, and no pod that should have one' : tally(chains);
  const ground = detail === 'quiet' || pairGround === undefined ? [] : groundLines(view, pairGround);
  return [`${look.bold(title)}  ${look.dim(summary)}`, ...ground, ...treeLines(look, unicode, branches)];
}

/** How it is known that this DPU serves this host. */
const groundLines = ({ look }: View, ground: string): string[] =>
  wrap(`pair: ${safeLine(ground)}`, look.width - 2).map((line) => look.dim(`  ${line}`));

const tally = (chains: readonly Chain[]): string => {
  const of = (state: Chain['state']): number => chains.filter((chain) => chain.state === state).length;
  const parts = [
    [of('broken'), 'broken'],
    [of('unknown'), 'not known to the end'],
    [of('whole'), 'whole'],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return `${count(chains.length, 'chain')}: ${said.join(', ')}`;
};

const CHAIN_VERDICTS: Readonly<Record<Chain['state'], Verdict>> = {
  whole: 'pass',
  broken: 'fail',
  unknown: 'error',
};

const LINK_VERDICTS: Readonly<Record<LinkState, Verdict>> = {
  found: 'pass',
  missing: 'fail',
  broken: 'fail',
  unknown: 'error',
};

function chainBranch(view: View, chain: Chain): Branch {
  const { look, unicode, detail } = view;
  const verdict = CHAIN_VERDICTS[chain.state];
  const vf = chain.links.find(({ kind }) => kind === 'vf');
  const of = vf === undefined || vf.state === 'unknown' ? '' : `  ${safeLine(vf.name)}`;
  const fault = chain.fault === undefined ? '' : `: ${LABELS[chain.fault.kind]} ${chain.fault.state}`;
  const title = `${look.symbol[verdict]} ${holderWords(chain.holder)}${of}${fault}`;
  if (chain.state !== 'whole' || detail === 'verbose') {
    const links = chain.links.map((link) => linkBranch(view, link));
    return branch((width) => hanging(title, width).map((line) => look.paint(verdict, line)), links);
  }
  const arrow = unicode ? '›' : '>';
  const way = chain.links.filter(({ kind }) => ON_THE_WAY.has(kind)).map(({ name }) => safeLine(name));
  return branch((width) => [
    ...hanging(title, width).map((line) => look.paint(verdict, line)),
    ...wrap(way.join(` ${arrow} `), width - 2).map((line) => `  ${line}`),
  ]);
}

/** Prose behind a symbol: what follows the first line stands below its text. */
const hanging = (text: string, width: number): string[] =>
  wrap(text, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`));

/** What a packet goes through after the VF; the OVS port bears the name of its representor. */
const ON_THE_WAY: ReadonlySet<LinkKind> = new Set(['representor', 'bridge', 'patch', 'tunnel', 'uplink']);

function holderWords(holder: Holder): string {
  switch (holder.kind) {
    case 'pod': {
      const pod = `${safeLine(holder.namespace)}/${safeLine(holder.name)}`;
      return holder.network === 'default' ? pod : `${pod} on ${safeLine(holder.network)}`;
    }
    case 'management-port':
      return 'management port';
    case 'port':
      return `${safeLine(holder.ifaceId)} by its iface-id`;
    case 'unknown':
      return 'held by what is not known';
    case 'nobody':
      return 'held by nobody';
  }
}

const LABELS: Readonly<Record<LinkKind, string>> = {
  pod: 'pod',
  'network-attachment': 'network',
  'connection-details': 'connection details',
  'connection-status': 'connection status',
  vf: 'VF',
  pf: 'PF',
  representor: 'representor',
  'ovs-port': 'OVS port',
  bridge: 'bridge',
  patch: 'patch port',
  tunnel: 'tunnel',
  uplink: 'uplink',
};

/** Of the longest label with the symbol before it and two columns between it and the name. */
const LABEL_WIDTH = 'connection details'.length + 4;

/** Narrower than this, a second column would be a few letters wide. */
const TWO_COLUMNS = LABEL_WIDTH + 24;

function linkBranch(view: View, link: ChainLink): Branch {
  const { look, detail } = view;
  const verdict = LINK_VERDICTS[link.state];
  const label = `${look.symbol[verdict]} ${LABELS[link.kind]}`;
  const name = link.state === 'missing' ? `${safeLine(link.name)}: missing` : safeLine(link.name);
  const withGround = link.state !== 'found' || detail === 'verbose';
  return branch((width) => {
    const indent = width < TWO_COLUMNS ? 2 : LABEL_WIDTH;
    const room = width - indent;
    const texts = [
      ...wrap(name, room).map((line) => (link.state === 'found' ? line : look.paint(verdict, line))),
      ...(withGround ? wrap(safeLine(link.ground), room) : []),
      ...(withGround ? evidenceLines(view, link.evidence, room) : []),
    ];
    const rest = ' '.repeat(indent);
    if (indent === 2) return [look.paint(verdict, label), ...texts.map((text) => rest + text)];
    return texts.map((text, index) =>
      index === 0 ? look.paint(verdict, padTo(label, LABEL_WIDTH)) + text : rest + text,
    );
  });
}

const EVIDENCE_CAP = { characters: 400 };

function evidenceLines(
  { look, detail }: View,
  evidence: ChainLink['evidence'],
  width: number,
): readonly string[] {
  const most = detail === 'verbose' ? evidence.length : 2;
  return evidence
    .slice(0, most)
    .flatMap(({ source, said }) =>
      fold(capped(`${safeLine(source)}: ${safeLine(said)}`, EVIDENCE_CAP), width).map(look.dim),
    );
}

const STRAY_WORDS: Readonly<Record<Stray['kind'], string>> = {
  'representor-without-vf': 'representor without VF',
  'vf-without-representor': 'VF without representor',
  'port-without-pod': 'OVS port without pod',
  'pod-without-port': 'pod without OVS port',
  'duplicate-port': 'two ports of one pod',
  'duplicate-device': 'two pods with one VF',
  'port-in-error': 'OVS port in error',
};

function strayBranch(view: View, { kind, subject, ground, evidence }: Stray): Branch {
  const { look, detail } = view;
  const text = `${look.symbol.warn} ${STRAY_WORDS[kind]} ${safeLine(subject)}: ${safeLine(ground)}`;
  return branch((width) => [
    ...hanging(text, width).map((line) => look.paint('warn', line)),
    ...(detail === 'verbose' ? evidenceLines(view, evidence, width - 2).map((line) => `  ${line}`) : []),
  ]);
}

const gapBranch = ({ look }: View, { what, why }: Gap): Branch =>
  branch((width) =>
    hanging(`${look.symbol.error} not seen: ${safeLine(what)}: ${safeLine(why)}`, width).map((line) =>
      look.paint('error', line),
    ),
  );

function closing(pairs: readonly PairChains[]): string {
  const chains = pairs.flatMap((pair) => pair.chains);
  const strays = pairs.flatMap((pair) => pair.strays);
  const gaps = pairs.flatMap((pair) => pair.gaps);
  const extra = [
    strays.length > 0 ? `${strays.length} out of place` : '',
    gaps.length > 0 ? `${gaps.length} not seen` : '',
  ].filter((part) => part !== '');
  return [`${count(pairs.length, 'pair')} of host and DPU`, tallyOrNone(chains), ...extra].join(' · ');
}

const tallyOrNone = (chains: readonly Chain[]): string => (chains.length === 0 ? 'no chain' : tally(chains));
