import { downVm, ensureImage, findVm, listVms, upVm } from './index.ts';

const [command, name = 'vm', profile = 'dpu-host'] = process.argv.slice(2);
const progress = (line: string) => console.log(line);

switch (command) {
  case 'build':
    console.log(await ensureImage(progress));
    break;
  case 'up': {
    if (profile !== 'dpu-host' && profile !== 'dpu') throw new Error(`no such profile: ${profile}`);
    const started = performance.now();
    const vm = await upVm({ name, profile, progress });
    console.log(`${name} (${profile}) in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    console.log(vm.inventoryFile);
    break;
  }
  case 'exec': {
    const result = await (await findVm(name))?.exec(process.argv.slice(4).join(' '));
    process.stdout.write(result?.stdout ?? '');
    process.stderr.write(result?.stderr ?? '');
    process.exitCode = result?.exitCode ?? 1;
    break;
  }
  case 'down':
    await downVm(name);
    break;
  case 'status':
    for (const vm of await listVms()) console.log(`${vm.name} ${vm.profile} 127.0.0.1:${vm.ssh.port}`);
    break;
  default:
    console.error('usage: main.ts build | up NAME PROFILE | exec NAME SCRIPT | down NAME | status');
    process.exitCode = 2;
}
