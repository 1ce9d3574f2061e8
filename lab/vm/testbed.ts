import { parseArgs } from 'node:util';
import type { Testbed } from '../testbeds.ts';
import { downVm, ensureImage, findVm, upVm, type Vm } from './index.ts';

export const vmTestbed: Testbed = {
  name: 'vm',
  usage: [
    '--profile=dpu-host|dpu          what the machine plays, dpu-host unless given',
    '--host-node=NAME                dpu: the Kubernetes name of the host it serves, dpu-host unless given',
  ],
  build: async () => `${await ensureImage(progress)}\n`,
  async up({ name, args }) {
    const { values } = parseArgs({
      args,
      options: {
        profile: { type: 'string', default: 'dpu-host' },
        'host-node': { type: 'string', default: 'dpu-host' },
      },
    });
    const { profile } = values;
    if (profile !== 'dpu-host' && profile !== 'dpu') throw new Error(`no profile ${profile}`);
    return describe(await upVm({ name, profile, hostNode: values['host-node'], progress }));
  },
  down: ({ name }) => downVm(name),
  async status({ name }) {
    const vm = await findVm(name);
    return vm && describe(vm);
  },
};

const progress = (line: string) => process.stderr.write(`${line}\n`);

function describe({ name, profile, ssh, inventoryFile }: Vm): string {
  const options = `-i ${ssh.identityFile} -o UserKnownHostsFile=${ssh.knownHostsFile}`;
  return [
    `${name}: profile ${profile}, up`,
    'to log in:',
    `  ssh ${options} -p ${ssh.port} ${ssh.user}@${ssh.address}`,
    'to run dpu-doctor against it:',
    `  npm start -- run --inventory ${inventoryFile}`,
    '',
  ].join('\n');
}
