import type { Outcome } from '../facts/fact.ts';
import type { TestbedScripts } from '../facts/testbed-scripts.ts';
import type { ExpectationLayer } from './expected.ts';
import type { GatheredNode } from './gather.ts';

/*
 * The machines of the software testbed carry the file that they were made by, scripts/variables.sh (seed S L32-47): what
 * it says is to be expected of the machine that has it, and all machines are to have one and the same.
 */

const SHA256 = 'testbed-variables-sha256';

const EXPECTATION_OF_SETTING: Readonly<Record<string, string>> = {
  NUM_VF: 'testbed-vfs',
  IF1: 'testbed-management-interface',
  IF2: 'testbed-data-interface',
  TAP_0: 'testbed-vf0-interface',
  BRIDGE_NAME: 'testbed-bridge',
};

/** The nodes, those of the testbed with what their copies of the file tell. */
export function withTestbed(nodes: readonly GatheredNode[]): readonly GatheredNode[] {
  const copies = new Map(nodes.flatMap((node) => copyOf(node)?.map((copy) => [node, copy] as const) ?? []));
  if (copies.size === 0) return nodes;
  const common = commonSum([...copies.values()].map(({ sha256 }) => sha256));
  return nodes.map((node) => {
    if (node.simulation !== 'tap') return node;
    const copy = copies.get(node);
    const learned = [...(copy === undefined ? [] : [settingsOf(copy)]), ...common];
    return learned.length === 0 ? node : { ...node, learned };
  });
}

interface Copy {
  readonly path: string;
  readonly sha256: string;
  readonly scripts: TestbedScripts;
}

/** The one copy of a machine of the testbed; of several that differ none is taken. */
function copyOf({ simulation, facts }: GatheredNode): readonly Copy[] | undefined {
  const scripts = facts.get('testbedScripts') as Outcome<TestbedScripts> | undefined;
  if (simulation !== 'tap' || !scripts?.ok) return undefined;
  const [first, ...others] = [...scripts.value.variables];
  if (first === undefined || others.some(([, sha256]) => sha256 !== first[1])) return undefined;
  return [{ path: first[0], sha256: first[1], scripts: scripts.value }];
}

function settingsOf({ path, scripts }: Copy): ExpectationLayer {
  const given = [...(scripts.settings ?? [])].flatMap(
    ([name, value]): (readonly [string, string | number])[] => {
      const expectation = EXPECTATION_OF_SETTING[name];
      if (expectation === undefined) return [];
      if (name !== 'NUM_VF') return [[expectation, value]];
      return /^\d{1,4}$/.test(value) ? [[expectation, Number(value)]] : [];
    },
  );
  const machines = [...scripts.machines];
  const numbers = machines.flatMap(([name, { list }]) =>
    list === 'TENANT_DPU_HOST_LIST' ? (/\d+$/.exec(name)?.[0] ?? []) : [],
  );
  return {
    from: path,
    values: {
      ...Object.fromEntries(given),
      ...(machines.length === 0 ? {} : { 'testbed-vms': machines.map(([name]) => name) }),
      ...(numbers.length === 0 ? {} : { 'testbed-node-numbers': numbers }),
    },
  };
}

/** The checksum that more than half of at least three copies have. */
function commonSum(sums: readonly string[]): readonly ExpectationLayer[] {
  const [most] = [...Map.groupBy(sums, (sum) => sum)].sort(([, a], [, b]) => b.length - a.length);
  if (sums.length < 3 || most === undefined || most[1].length * 2 <= sums.length) return [];
  return [
    {
      from: `as on ${most[1].length} of the ${sums.length} machines of this run that have it`,
      values: { [SHA256]: most[0] },
    },
  ];
}
