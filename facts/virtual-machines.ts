import { defineFact, succeeded } from './fact.ts';
import { shell } from './sources.ts';

/** The virtual machines of a hypervisor that carries the software testbed (virsh domstats --state). */
export interface VirtualMachines {
  /** False where virsh is not installed. Undefined on a machine without any TAP or bridge of the testbed: nobody asked. */
  readonly virsh: boolean | undefined;
  /** running, paused, shut off … by name; a state that libvirt has added since is given as its number. */
  readonly states: ReadonlyMap<string, string>;
}

/** virDomainState of libvirt. */
const STATES = [
  'no state',
  'running',
  'blocked',
  'paused',
  'shutting down',
  'shut off',
  'crashed',
  'suspended',
];

const SCRIPT = `status=0
for p in /sys/class/net/tap*-vf* /sys/class/net/br*-vf*; do
  [ -e "$p" ] || continue
  command -v virsh >/dev/null || { echo absent; break; }
  echo present
  virsh -r -c qemu:///system domstats --state
  status=$?
  break
done
(exit $status)`;

export const virtualMachines = defineFact({
  title: 'virtual machines',
  sources: { list: shell('virsh -r -c qemu:///system domstats --state', SCRIPT, ['virsh']) },
  parse({ list }): VirtualMachines {
    const [head = '', ...lines] = succeeded({ ...list, command: 'virsh' }).split('\n');
    const states = new Map<string, string>();
    let name: string | undefined;
    for (const line of lines) {
      name = /^Domain: '(.*)'$/.exec(line)?.[1] ?? name;
      const state = /^\s*state\.state=(\d{1,3})$/.exec(line)?.[1];
      if (name !== undefined && state !== undefined) states.set(name, STATES[Number(state)] ?? state);
    }
    return { virsh: head === 'present' ? true : head === 'absent' ? false : undefined, states };
  },
});
