import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import type { Chain, LinkKind, PairChains } from '../../facts/derived/chain/chain.ts';
import { chainOf, found, LINK_KINDS, missing, unknown } from '../../facts/derived/chain/chain.ts';
import { evidence } from '../../facts/fact.ts';
import { renderData } from '../../reporters/json.ts';
import { renderTopology, type TopologyOptions } from '../../reporters/topology.ts';
import { widthOf } from '../../reporters/width.ts';
import type { Topology } from '../../runner/topology.ts';
import {
  aPod,
  had,
  healthyPair,
  known,
  notHad,
  pairOf,
  podPort,
  withAnnotation,
  withDpu,
} from '../helpers/chain-input.ts';
import { withInterface, withPort } from '../helpers/dpu-facts.ts';
import { matchesGolden } from '../helpers/golden.ts';
import { closed, compileSchema, publishedSchema } from '../helpers/report-schema.ts';

const at = (
  width: number,
  detail: TopologyOptions['detail'] = 'normal',
  unicode = true,
): TopologyOptions => ({ terminal: { width, colour: 0, unicode }, detail });

/** One whole pair, one with a fault of each side, a stray and a gap, and a host without DPU. */
function several(): readonly PairChains[] {
  const healthy = healthyPair();
  const ovs = had(healthy.dpu?.facts.ovs);
  const broken = withDpu(healthy, {
    ovs: known(withPort(withInterface(ovs, 'pf0vf2', undefined), 'br-int', podPort('veth7', 'gone'))),
  });
  const waiting = withAnnotation(aPod(1), 'k8s.ovn.org/dpu.connection-status', undefined);
  return [
    { ...pairOf(healthy), pairGround: 'external_ids:host-k8s-nodename of dpu1 is host1' },
    { ...pairOf(broken, { pods: known([waiting, aPod(2)]) }), host: 'host2', dpu: 'dpu2' },
    {
      ...pairOf({ ...healthy, dpu: undefined }, { networkAttachments: notHad('may not list them') }),
      host: 'host3',
    },
    { host: 'host4', dpu: 'dpu4', chains: [], strays: [], gaps: [] },
  ];
}

test('the chains of several pairs at 100 columns', async (t) => {
  matchesGolden(t, 'topology.100.txt', await renderTopology(several(), at(100)));
});

const topology = (given: Partial<Topology> = {}): Topology => ({
  format: 1,
  tool: { name: 'dpu-doctor', version: '1.0.0' },
  startedAt: '2026-01-02T03:04:05.678Z',
  pairs: several(),
  problems: [{ target: 'dpu9', message: 'no host is known', hint: 'Name it.' }, { message: 'nothing' }],
  exitCode: 1,
  ...given,
});

test('topology --json is as the published schema describes it, field by field', (t) => {
  const valid = compileSchema(closed(publishedSchema('topology')));
  const problems = (given?: Partial<Topology>): string => {
    valid(JSON.parse(renderData(topology(given))));
    return JSON.stringify(valid.errors ?? []);
  };
  t.is(problems(), '[]');
  t.is(problems({ pairs: [], problems: [] }), '[]');
  const [pair] = several();
  for (const wrong of [
    { pairs: [{ ...pair, chains: [{ ...pair?.chains[0], links: [] }] }] },
    { pairs: [{ ...pair, colour: 'red' }] },
    { problems: [{}] },
    { exitCode: 3 },
  ])
    t.not(problems(wrong as never), '[]');
  const text = JSON.stringify(publishedSchema('topology'));
  t.true(text.includes(`"enum":${JSON.stringify(LINK_KINDS)}`));
});

test('a narrow terminal that shows ASCII alone', async (t) => {
  const text = await renderTopology(several(), at(44, 'normal', false));
  t.regex(text, /^[\n -~]*$/);
  matchesGolden(t, 'topology.44-ascii.txt', text);
});

test('quiet shows what is not whole, verbose every link with its evidence', async (t) => {
  const quiet = await renderTopology(several(), at(100, 'quiet'));
  t.notRegex(quiet, /host1 with dpu1|host4|✓ management port/);
  t.regex(quiet, /host2 with dpu2/);
  t.regex(quiet, /4 pairs of host and DPU/);
  const verbose = await renderTopology(several(), at(100, 'verbose'));
  t.regex(verbose, /the driver calls the port of eth0 p0/);
  t.regex(verbose, /phys_port_name: c1pf0vf1/);
});

test('no pair at all is said', async (t) => {
  t.is(await renderTopology([], at(100)), '0 pairs of host and DPU · no chain\n');
});

test('colours change no character', async (t) => {
  const plain = await renderTopology(several(), at(100));
  const coloured = await renderTopology(several(), {
    terminal: { width: 100, colour: 1, unicode: true },
    detail: 'normal',
  });
  t.not(coloured, plain);
  const bare = (text: string) => text.split('\n').map((line) => line.trimEnd());
  t.deepEqual(bare(stripVTControlCharacters(coloured)), bare(plain));
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('\u001b[2J\u001b[31mpod', 'a\nb', '\u202etxt', '日本語 日本語', 'x'.repeat(60), ''),
);

const link = fc.tuple(fc.constantFrom(found, missing, unknown), hostile, hostile);

const chain: fc.Arbitrary<Chain> = fc.array(link, { maxLength: LINK_KINDS.length }).chain((links) =>
  fc.tuple(hostile, hostile).map(([namespace, name]) =>
    chainOf(
      { kind: 'pod', namespace, name, network: name },
      undefined,
      links.map(([make, what, ground], index) =>
        make(LINK_KINDS[index] as LinkKind, what, ground, [evidence(what, ground)]),
      ),
    ),
  ),
);

const pair: fc.Arbitrary<PairChains> = fc.record({
  host: hostile,
  dpu: fc.option(hostile, { nil: undefined }),
  chains: fc.array(chain, { maxLength: 3 }),
  strays: fc.array(
    fc.record({
      kind: fc.constantFrom('port-without-pod' as const),
      subject: hostile,
      ground: hostile,
      evidence: fc.constant([]),
    }),
    { maxLength: 2 },
  ),
  gaps: fc.array(fc.record({ what: hostile, why: hostile }), { maxLength: 2 }),
});

test('whatever nodes and clusters say, nothing steers the terminal, and lines fit where words do', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(pair, { maxLength: 2 }),
      fc.integer({ min: 40, max: 120 }),
      fc.constantFrom<TopologyOptions['detail']>('quiet', 'normal', 'verbose'),
      async (pairs, width, detail) => {
        const text = await renderTopology(pairs, at(width, detail));
        t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        for (const line of text.split('\n')) {
          const longest = Math.max(0, ...line.split(' ').map(widthOf));
          // Titles and the closing line are one line each; a long word stays whole.
          const drawn = /^[├└│]/.test(line);
          if (drawn && longest <= 12) t.true(widthOf(line) <= width, line);
        }
      },
    ),
    { numRuns: 60 },
  );
});
