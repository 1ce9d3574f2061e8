import { named } from './fault.ts';

const pf = '/sys/bus/pci/devices/0000:02:00.0';
const drivers = '/sys/bus/pci/drivers';
const heal = '/lab/host-network';

const vf = (n: number): string => `$(basename "$(readlink ${pf}/virtfn${n})")`;

const unbind = (address: string): string =>
  `d=${address}; echo "$d" >/sys/bus/pci/devices/$d/driver/unbind\n`;

const toVfio = (address: string): string => `
modprobe vfio-pci
${unbind(address)}
echo vfio-pci >/sys/bus/pci/devices/$d/driver_override
echo "$d" >${drivers}/vfio-pci/bind
`;

const toNetns = (netdev: string): string => `
ip netns add away
ip link set dev ${netdev} netns away
`;

const fromNetns = (netdev: string): string => `
ip -n away link set dev ${netdev} netns 1
ip netns delete away
${heal}
`;

const vfCount = (count: number): string => `echo 0 >${pf}/sriov_numvfs; echo ${count} >${pf}/sriov_numvfs`;

/** igb takes a moment to bring the link of new VFs up. */
const carrier = (netdev: string): string =>
  `i=0; until grep -qsx 1 /sys/class/net/${netdev}/carrier; do i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.1; done`;

const pfFaults = {
  'pf-down': {
    title: 'the PF is administratively down',
    apply: 'ip link set dev enp2s0f0 down',
    undo: heal,
  },
  'pf-address-missing': {
    title: 'the PF has no address',
    apply: 'ip address flush dev enp2s0f0',
    undo: heal,
  },
  'pf-unbound': {
    title: 'the PF has no driver, and so neither a netdev nor VFs',
    apply: unbind('0000:02:00.0'),
    undo: heal,
  },
  'pf-vfio': {
    title: 'the PF is bound to vfio-pci',
    apply: toVfio('0000:02:00.0'),
    undo: heal,
  },
  'pf-removed': {
    title: 'the PF has fallen off the PCI bus',
    apply: `echo 1 >${pf}/remove`,
    undo: `echo 1 >/sys/bus/pci/rescan; ${heal}`,
  },
  'pf-in-netns': {
    title: "the PF's netdev is in another network namespace",
    apply: toNetns('enp2s0f0'),
    undo: fromNetns('enp2s0f0'),
  },
};

const vfFaults = {
  'no-vfs': {
    title: 'the PF has no VFs',
    apply: `echo 0 >${pf}/sriov_numvfs`,
    undo: heal,
  },
  'two-vfs': {
    title: 'the PF has two VFs instead of three',
    // Their netdevs have names as udev gives them: only the third VF is missing.
    apply: `
${vfCount(2)}
n=$(ls ${pf}/virtfn0/net); ip link set dev "$n" name ovn-k8s-mp0
n=$(ls ${pf}/virtfn1/net); ip link set dev "$n" name enp2s0f0v1
ip link set dev ovn-k8s-mp0 up
ip address replace 10.244.1.2/24 dev ovn-k8s-mp0
${carrier('enp2s0f0')}
${carrier('ovn-k8s-mp0')}
`,
    undo: heal,
  },
  'vfs-not-probed': {
    title: 'the VFs were made while sriov_drivers_autoprobe was 0: none has a driver',
    apply: `echo 0 >${pf}/sriov_numvfs; echo 0 >${pf}/sriov_drivers_autoprobe; echo 3 >${pf}/sriov_numvfs`,
    undo: `echo 1 >${pf}/sriov_drivers_autoprobe; ${heal}`,
  },
  'vf-in-netns': {
    title: 'VF 1 is in a network namespace, as a pod has it',
    apply: toNetns('enp2s0f0v1'),
    undo: fromNetns('enp2s0f0v1'),
  },
  'pod-vf-vlan': {
    title: 'the PF puts a VLAN tag on what VF 1 sends',
    apply: 'ip link set dev enp2s0f0 vf 1 vlan 100',
    undo: 'ip link set dev enp2s0f0 vf 1 vlan 0',
  },
  'vf-unbound': {
    title: 'VF 1 has no driver',
    apply: unbind(vf(1)),
    undo: heal,
  },
  'vf-vfio': {
    title: 'VF 1 is bound to vfio-pci',
    apply: toVfio(vf(1)),
    undo: heal,
  },
  'vf-driver-missing': {
    title: 'the driver of the VFs is not loaded',
    apply: 'rmmod igbvf',
    undo: heal,
  },
};

const managementFaults = {
  'mgmt-vf-unbound': {
    title: "the management port's VF has no driver, and so no netdev",
    apply: unbind(vf(0)),
    undo: heal,
  },
  'mgmt-vf-vfio': {
    title: "the management port's VF is bound to vfio-pci",
    apply: toVfio(vf(0)),
    undo: heal,
  },
  'mgmt-in-netns': {
    title: 'the management port is in another network namespace',
    apply: toNetns('ovn-k8s-mp0'),
    undo: fromNetns('ovn-k8s-mp0'),
  },
  'mgmt-down': {
    title: 'the management port is down',
    apply: 'ip link set dev ovn-k8s-mp0 down',
    undo: heal,
  },
  'mgmt-other-mac': {
    title: "the PF keeps another MAC address for the management port's VF, and checks for it",
    apply: 'ip link set dev enp2s0f0 vf 0 mac 02:11:22:33:44:55',
    undo: 'ip link set dev enp2s0f0 vf 0 mac "$(cat /sys/class/net/ovn-k8s-mp0/address)"',
  },
  'mgmt-not-a-vf': {
    title: 'ovn-k8s-mp0 is a veth, not a VF',
    apply: `
ip link set dev ovn-k8s-mp0 down
ip address flush dev ovn-k8s-mp0
ip link set dev ovn-k8s-mp0 name enp2s0f0v0
ip link add ovn-k8s-mp0 type veth peer name mp0-peer
ip address add 10.244.1.2/24 dev ovn-k8s-mp0
ip link set dev ovn-k8s-mp0 up
ip link set dev mp0-peer up
/lab/start-ovnkube MGMT=ovn-k8s-mp0
`,
    undo: `
ip link delete ovn-k8s-mp0
${heal}
/lab/start-ovnkube
`,
  },
  'mgmt-is-the-pf': {
    title: 'ovnkube is told to use the PF itself as its management port',
    apply: '/lab/start-ovnkube MGMT=enp2s0f0',
    undo: '/lab/start-ovnkube',
  },
};

const ovnkubeFaults = {
  'ovnkube-stopped': {
    title: 'ovnkube does not run',
    apply: 'pkill -x ovnkube',
    undo: '/lab/start-ovnkube',
  },
  'ovnkube-full-mode': {
    title: 'ovnkube runs in full mode, where derive-from-mgmt-port is taken for a name',
    apply: '/lab/start-ovnkube MODE=full',
    undo: '/lab/start-ovnkube',
  },
  'gateway-pinned': {
    title: 'the gateway interface is named instead of derived',
    apply: '/lab/start-ovnkube GATEWAY=enp2s0f0',
    undo: '/lab/start-ovnkube',
  },
  'ovs-on-host': {
    title: 'ovs-vswitchd is installed and runs on the host',
    apply: `
cp /usr/bin/ovnkube /usr/sbin/ovs-vswitchd
setsid /usr/sbin/ovs-vswitchd unix:/var/run/openvswitch/db.sock --pidfile </dev/null >/dev/null 2>&1 &
`,
    undo: 'pkill -x ovs-vswitchd; rm /usr/sbin/ovs-vswitchd',
  },
  'dns-stub-listener': {
    title: 'systemd-resolved is told to listen on port 53',
    apply: 'sed -i s/DNSStubListener=no/DNSStubListener=yes/ /etc/systemd/resolved.conf',
    undo: 'sed -i s/DNSStubListener=yes/DNSStubListener=no/ /etc/systemd/resolved.conf',
  },
};

export const hostFaults = named('dpu-host', {
  ...pfFaults,
  ...vfFaults,
  ...managementFaults,
  ...ovnkubeFaults,
});
