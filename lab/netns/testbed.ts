import { parseArgs } from 'node:util';
import type { Testbed, TestbedRequest } from '../testbeds.ts';
import { downNetnsLab, type NetnsLab, openNetnsLab, upNetnsLab } from './lab.ts';
import type { TopologyOptions } from './topology.ts';

export const netnsTestbed: Testbed = {
  name: 'netns',
  usage: [
    '--topology=bluefield|veth|tap   bluefield unless given',
    '--pairs=N                       bluefield, veth: host-DPU pairs, 2 unless given',
    '--pods                          bluefield: VF1 and VF2 belong to pods',
    '--rep0                          veth: representors are rep0-* on every pair, as in dpu-simulator',
    '--vfs=N                         tap: TAP pairs a node, 20 unless given',
  ],
  async up(request) {
    return describe(await upNetnsLab({ ...located(request), ...topologyOptions(request.args) }));
  },
  async down(request) {
    await downNetnsLab(located(request));
  },
  async status(request) {
    const lab = await openNetnsLab(located(request));
    return lab && describe(lab);
  },
};

function located({ name, stateDir }: TestbedRequest) {
  return { name, ...(stateDir === undefined ? {} : { stateDir }) };
}

function topologyOptions(args: string[]): TopologyOptions {
  const { values } = parseArgs({
    args,
    options: {
      topology: { type: 'string', default: 'bluefield' },
      pairs: { type: 'string' },
      pods: { type: 'boolean' },
      rep0: { type: 'boolean' },
      vfs: { type: 'string' },
    },
  });
  const pairs = values.pairs === undefined ? {} : { pairs: Number(values.pairs) };
  switch (values.topology) {
    case 'bluefield':
      return { topology: 'bluefield', ...pairs, ...(values.pods ? { pods: true } : {}) };
    case 'veth':
      return { topology: 'veth', ...pairs, ...(values.rep0 ? { rep0: true } : {}) };
    case 'tap':
      return { topology: 'tap', ...(values.vfs === undefined ? {} : { vfs: Number(values.vfs) }) };
    default:
      throw new Error(`no topology ${values.topology}`);
  }
}

function describe(lab: NetnsLab): string {
  const width = Math.max(...lab.nodes.map(({ name }) => name.length));
  return [
    `${lab.name}: topology ${lab.topology}, up`,
    ...lab.nodes.map(({ name, role, address }) => `  ${name.padEnd(width)}  ${role.padEnd(13)}  ${address}`),
    '',
    'to log in on a node (as root; also -l operator, -l sre):',
    ...lab.nodes.map(({ name }) => `  ssh -F ${lab.sshConfigFile} ${name}`),
    'to run dpu-doctor against them:',
    `  npm start -- run --inventory ${lab.inventoryFile}`,
    '',
  ].join('\n');
}
