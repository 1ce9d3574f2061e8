import { applyFault, faults, undoFault, upVm } from './index.ts';
import type { Profile, Vm } from './types.ts';

/** What the faults change, without what changes by itself. */
const snapshots: Record<Profile, string> = {
  'dpu-host': `
ip -o -d link show | sed 's/^[0-9]*: //; s/link\\/ether [0-9a-f:]* /mac /g; s/link-netnsid [0-9]*//; s/qdisc [a-z_]*//' | sort
ip -o address show | sed 's/^[0-9]*: //' | grep -v inet6 | sort
for d in /sys/bus/pci/devices/0000:02:*; do echo "$d $(readlink "$d/driver") $(ls "$d/net" 2>/dev/null)"; done
ps -o args= -C ovnkube -C ovs-vswitchd
cat /etc/systemd/resolved.conf
`,
  dpu: `
ip -o -d link show | sed 's/^[0-9]*: //; s/link\\/ether [0-9a-f:]* /mac /g; s/switchid [0-9a-f]*//; s/link-netnsid [0-9]*//' | sort
ip -o -4 address show | sed 's/^[0-9]*: //' | sort
devlink dev eswitch show netdevsim/netdevsim10
ethtool -k pf0vf1 2>&1 | grep hw-tc
timeout 10 ovs-vsctl show | sed '1d; /ovs_version/d' | paste -sd ' ' | sed 's/ \\+\\(Bridge\\|Port\\)/\\n\\1/g' | sort
timeout 10 ovs-vsctl get Open_vSwitch . other_config external_ids
timeout 5 ovs-ofctl dump-flows br-int 2>&1 | grep -c cookie
for p in /run/openvswitch/*.pid; do kill -0 "$(cat "$p")" && echo "$p alive"; done
head -n 8 /var/log/openvswitch/ovs-vswitchd.log | grep -c 'Flow API'
sysctl net.ipv4.ip_forward; grep -c br_netfilter /proc/modules; cat /proc/swaps
ip -n fabric -4 -o address
ps -o args= -C ovnkube -C ovn-controller
cat /proc/sys/kernel/modprobe
`,
};

async function snapshot(vm: Vm): Promise<string> {
  const { stdout } = await vm.exec(snapshots[vm.profile]);
  return stdout;
}

function difference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const gone = a.filter((line) => !b.includes(line)).map((line) => `  - ${line}`);
  const come = b.filter((line) => !a.includes(line)).map((line) => `  + ${line}`);
  return [...gone, ...come].join('\n');
}

/** Applies and undoes every fault: each must be seen, and nothing of it may stay. */
async function check(profile: Profile, only: readonly string[]): Promise<number> {
  await using vm = await disposable(profile);
  const healthy = await snapshot(vm);
  let wrong = 0;
  for (const { name } of faults.filter((fault) => fault.profile === profile)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const problems: string[] = [];
    try {
      await applyFault(vm, name);
      if (difference(healthy, await snapshot(vm)) === '') problems.push('  not to be seen');
      await undoFault(vm, name);
      problems.push(difference(healthy, await snapshot(vm)));
    } catch (error) {
      problems.push(`  ${error instanceof Error ? error.message : error}`);
    }
    const text = problems.filter(Boolean).join('\n');
    if (text) wrong++;
    console.log(text ? `✗ ${name}\n${text}` : `✓ ${name}`);
  }
  return wrong;
}

async function disposable(profile: Profile): Promise<Vm & AsyncDisposable> {
  const vm = await upVm({ name: `selftest-${profile}`, profile });
  return { ...vm, [Symbol.asyncDispose]: () => vm.down() };
}

const only = process.argv.slice(2);
const results = [await check('dpu-host', only), await check('dpu', only)];
process.exitCode = results.some(Boolean) ? 1 : 0;
