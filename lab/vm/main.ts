import { applyFault, ensureImage, faults, findVm, undoFault, type Vm } from './index.ts';

/** What `npm run lab` has no word for: it brings machines up and down, this works with them. */
const usage = `usage: node lab/vm/main.ts build
       node lab/vm/main.ts exec NAME SCRIPT
       node lab/vm/main.ts faults
       node lab/vm/main.ts break NAME FAULT
       node lab/vm/main.ts mend NAME FAULT
`;

async function running(name: string): Promise<Vm> {
  const vm = await findVm(name);
  if (!vm) throw new Error(`VM ${name} is not up`);
  return vm;
}

const [command, name = '', text = ''] = process.argv.slice(2);
switch (command) {
  case 'build':
    console.log(await ensureImage((line) => console.error(line)));
    break;
  case 'exec': {
    const { exitCode, stdout, stderr } = await (await running(name)).exec(text);
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = exitCode;
    break;
  }
  case 'faults':
    for (const fault of faults) console.log(`${fault.profile}  ${fault.name.padEnd(24)}  ${fault.title}`);
    break;
  case 'break':
    await applyFault(await running(name), text);
    break;
  case 'mend':
    await undoFault(await running(name), text);
    break;
  default:
    process.stderr.write(usage);
    process.exitCode = 2;
}
