import { named } from './fault.ts';

/** With --timeout: where ovs-vswitchd is dead or a device missing, ovs-vsctl would wait for ever. */
const vsctl = (command: string): string => `ovs-vsctl --timeout=15 ${command}\n`;
const restart = '/lab/ovs restart\n';
const healSwitch = '/lab/representors';
const healBridges = '/lab/bridges';

const patchPort = 'patch-br-int-to-brp0_$LAB_HOST';

/** The kernel keeps a port under the name that it was added by: the datapath is made anew. */
const swap = `
for n in pf0vf1 pf0vf2; do ip link set dev "$n" down; done
ip link set dev pf0vf1 name away
ip link set dev pf0vf2 name pf0vf1
ip link set dev away name pf0vf2
for n in pf0vf1 pf0vf2; do ip link set dev "$n" up; done
ovs-appctl exit --cleanup
${restart}
/lab/bridges
`;

const eswitchFaults = {
  'eswitch-legacy': {
    title: 'the eswitch is in legacy mode: there are no VF representors',
    apply: 'devlink dev eswitch set netdevsim/netdevsim10 mode legacy',
    undo: `${healSwitch}; ${healBridges}`,
  },
  'no-representors': {
    title: 'the host has made no VFs, so there are no VF representors',
    apply: 'echo 0 >/sys/bus/netdevsim/devices/netdevsim10/sriov_numvfs',
    undo: `${healSwitch}; ${healBridges}`,
  },
  'representor-down': {
    title: 'the representor of VF 1 is down',
    apply: 'ip link set dev pf0vf1 down',
    undo: 'ip link set dev pf0vf1 up',
  },
  'representor-no-offload': {
    title: 'hw-tc-offload is off on the representors: their flows stay in software TC',
    apply: 'for n in pf0vf1 pf0vf2; do ethtool -K "$n" hw-tc-offload off; done; ovs-appctl revalidator/purge',
    undo: 'for n in pf0vf1 pf0vf2; do ethtool -K "$n" hw-tc-offload on; done; ovs-appctl revalidator/purge',
  },
  'uplink-no-offload': {
    title: 'hw-tc-offload is off on the uplink',
    apply: 'ethtool -K p0 hw-tc-offload off; ovs-appctl revalidator/purge',
    undo: 'ethtool -K p0 hw-tc-offload on; ovs-appctl revalidator/purge',
  },
  'spare-representor-no-offload': {
    title: 'hw-tc-offload is off on a representor that is in no bridge',
    apply: `${vsctl('del-port br-int pf0vf2')}ethtool -K pf0vf2 hw-tc-offload off`,
    undo: `ethtool -K pf0vf2 hw-tc-offload on; ${healBridges}`,
  },
  'uplink-down': {
    title: 'the uplink p0 is down',
    apply: 'ip link set dev p0 down',
    undo: 'ip link set dev p0 up',
  },
  'uplink-no-carrier': {
    title: 'the uplink p0 is up and has no carrier',
    apply: 'ip -n fabric link set dev wire down',
    undo: 'ip -n fabric link set dev wire up',
  },
  'representors-swapped': {
    title: "the representors of VF 1 and VF 2 have each other's names",
    apply: swap,
    undo: swap,
  },
  'uplink-mtu-small': {
    title: 'the uplink, and so brp0, takes no packet of a pod with the headers of its tunnel',
    apply: 'ip link set dev p0 mtu 1400; until_true 5 grep -qx 1400 /sys/class/net/brp0/mtu',
    undo: 'ip link set dev p0 mtu 1500; until_true 5 grep -qx 1500 /sys/class/net/brp0/mtu',
  },
  'health-reporter-error': {
    title: 'a health reporter of the eswitch is in error and does not recover by itself',
    apply: `
devlink health set netdevsim/netdevsim10 reporter dummy auto_recover false
echo broken >/sys/kernel/debug/netdevsim/netdevsim10/health/break_health
`,
    undo: `
devlink health set netdevsim/netdevsim10 reporter dummy auto_recover true
devlink health recover netdevsim/netdevsim10 reporter dummy
`,
  },
  'nexthop-unreachable': {
    title: 'nothing answers at the gateway next hop',
    apply: 'ip -n fabric address delete 192.168.40.254/22 dev wire; ip neigh flush dev brp0',
    undo: 'ip -n fabric address add 192.168.40.254/22 dev wire; ip neigh flush dev brp0',
  },
};

const offloadFaults = {
  'hw-offload-false': {
    title: 'hw-offload is false',
    apply: vsctl('set Open_vSwitch . other_config:hw-offload=false') + restart,
    undo: vsctl('set Open_vSwitch . other_config:hw-offload=true') + restart,
  },
  'hw-offload-unset': {
    title: 'hw-offload is not set',
    apply: vsctl('remove Open_vSwitch . other_config hw-offload') + restart,
    undo: vsctl('set Open_vSwitch . other_config:hw-offload=true') + restart,
  },
  'hw-offload-no-restart': {
    title: 'hw-offload was set to true after ovs-vswitchd had started, and it was not restarted',
    // Open vSwitch 3.1 logs "Flow API Enabled" at that moment and offloads from then on: no restart was needed.
    // The log of the boot, which had offload from the start, goes first.
    apply:
      vsctl('remove Open_vSwitch . other_config hw-offload') +
      'rm /var/log/openvswitch/ovs-vswitchd.log\n' +
      restart +
      vsctl('set Open_vSwitch . other_config:hw-offload=true'),
    undo: `rm /var/log/openvswitch/ovs-vswitchd.log\n${restart}`,
  },
  'hw-offload-false-no-restart': {
    title: 'hw-offload was set to false, and ovs-vswitchd was not restarted: it still offloads',
    apply: vsctl('set Open_vSwitch . other_config:hw-offload=false'),
    undo: vsctl('set Open_vSwitch . other_config:hw-offload=true'),
  },
  'tc-policy-skip-hw': {
    title: 'tc-policy keeps every flow out of the hardware',
    apply: vsctl('set Open_vSwitch . other_config:tc-policy=skip_hw') + restart,
    undo: vsctl('remove Open_vSwitch . other_config tc-policy') + restart,
  },
  'flow-limit-zero': {
    title: 'Open vSwitch may keep no flow in its datapath',
    apply: vsctl('set Open_vSwitch . other_config:flow-limit=0'),
    undo: vsctl('remove Open_vSwitch . other_config flow-limit'),
  },
  'user-space-datapath': {
    title:
      'both bridges were given the datapath in user space, with the representors as plain network devices',
    apply: `modprobe tun
${vsctl('set Bridge br-int datapath_type=netdev -- set Bridge brp0 datapath_type=netdev')}
ip link set dev brp0 up
ip address replace 192.168.41.127/22 dev brp0
ip route replace default via 192.168.40.254 dev brp0
`,
    undo: `${vsctl('set Bridge br-int datapath_type=system -- set Bridge brp0 datapath_type=system')}${healBridges}`,
  },
  'ingress-qdisc-deleted': {
    title: 'the ingress qdisc of the representor of VF 1, which Open vSwitch had added, is gone',
    apply: 'tc qdisc del dev pf0vf1 ingress',
    undo: restart,
  },
  'vswitchd-dead': {
    title: 'ovs-vswitchd is not running',
    apply: 'kill -9 "$(cat /run/openvswitch/ovs-vswitchd.pid)"',
    undo: restart,
  },
  'ovsdb-dead': {
    title: 'ovsdb-server is not running',
    // First the monitor, which would start it again.
    apply: 'pkill -9 -f "^ovsdb-server: monitoring"; kill -9 "$(cat /run/openvswitch/ovsdb-server.pid)"',
    undo: restart,
  },
};

const bridgeFaults = {
  'bridge-down': {
    title: 'brp0 itself is down',
    apply: 'ip link set dev brp0 down',
    undo: healBridges,
  },
  'datapath-deleted': {
    title: "the kernel's datapath was deleted under ovs-vswitchd",
    apply: 'ovs-appctl dpctl/del-dp system@ovs-system',
    undo: `${restart}${healBridges}`,
  },
  'kernel-module-missing': {
    title: "the kernel's module of Open vSwitch is not there: ovs-vswitchd runs without a datapath",
    // ovs-vswitchd itself asks for nothing; what loads modules for it is the kernel, through /sbin/modprobe.
    apply: `
/usr/share/openvswitch/scripts/ovs-ctl --no-ovsdb-server stop
ovs-dpctl del-dp ovs-system
rmmod openvswitch
echo /bin/false >/proc/sys/kernel/modprobe
ovs-vswitchd unix:/run/openvswitch/db.sock --pidfile --detach --no-chdir --log-file=/var/log/openvswitch/ovs-vswitchd.log
`,
    undo: `echo /sbin/modprobe >/proc/sys/kernel/modprobe; modprobe openvswitch; ${restart}${healBridges}`,
  },
  'ovn-controller-stopped': {
    title: 'ovn-controller does not run',
    apply: 'pkill -x ovn-controller',
    undo: '/lab/start-ovn-controller',
  },
  'interface-error': {
    title: 'br-int has a port whose device does not exist',
    apply: vsctl('--no-wait add-port br-int pf0vf9'),
    undo: vsctl('del-port br-int pf0vf9'),
  },
  'pod-port-missing': {
    title: "the representor of a pod's VF is not in br-int",
    apply: vsctl('del-port br-int pf0vf1'),
    undo: healBridges,
  },
  'mgmt-port-missing': {
    title: 'ovn-k8s-mp0 is not in br-int',
    apply: vsctl('del-port br-int ovn-k8s-mp0'),
    undo: healBridges,
  },
  'uplink-not-in-bridge': {
    title: 'p0 is not in brp0',
    apply: vsctl('del-port brp0 p0'),
    undo: healBridges,
  },
  'patch-missing': {
    title: 'no patch ports join br-int and brp0',
    apply: vsctl(`del-port "${patchPort}" -- del-port "patch-brp0_$LAB_HOST-to-br-int"`),
    undo: healBridges,
  },
  'patch-peer-wrong': {
    title: "a patch port's peer does not exist",
    apply: vsctl(`set Interface "${patchPort}" options:peer=patch-nowhere`),
    undo: healBridges,
  },
  'fail-mode-standalone': {
    title: 'br-int has no fail_mode secure',
    apply: vsctl('del-fail-mode br-int'),
    undo: healBridges,
  },
  'tunnel-missing': {
    title: 'br-int has no geneve port',
    apply: vsctl('del-port br-int ovn-8f1c07-0'),
    undo: healBridges,
  },
  'tunnel-local-ip-wrong': {
    title: "the geneve port's local_ip is not the encapsulation address",
    apply: vsctl('set Interface ovn-8f1c07-0 options:local_ip=192.168.41.128'),
    undo: healBridges,
  },
  'bridge-address-missing': {
    title: 'brp0 has no address',
    apply: 'ip address delete 192.168.41.127/22 dev brp0',
    undo: healBridges,
  },
};

const settingFaults = {
  'host-nodename-wrong': {
    title: 'host-k8s-nodename names another host',
    apply: vsctl('set Open_vSwitch . external_ids:host-k8s-nodename=host-dpu'),
    undo: healBridges,
  },
  'host-nodename-missing': {
    title: 'host-k8s-nodename is not set',
    apply: vsctl('remove Open_vSwitch . external_ids host-k8s-nodename'),
    undo: healBridges,
  },
  'encap-ip-missing': {
    title: 'ovn-encap-ip is not set',
    apply: vsctl('remove Open_vSwitch . external_ids ovn-encap-ip'),
    undo: healBridges,
  },
  'ip-forward-off': {
    title: 'the kernel does not forward IPv4',
    apply: 'sysctl -qw net.ipv4.ip_forward=0',
    undo: 'sysctl -qw net.ipv4.ip_forward=1',
  },
  'br-netfilter-missing': {
    title: 'br_netfilter is not loaded',
    apply: 'rmmod br_netfilter',
    undo: 'modprobe br_netfilter',
  },
  'swap-on': {
    title: 'swap is on',
    apply: `
dd if=/dev/zero of=/swapfile bs=1M count=16 status=none
chmod 600 /swapfile
mkswap -q /swapfile
swapon /swapfile
`,
    undo: 'swapoff /swapfile; rm /swapfile',
  },
};

export const dpuFaults = named('dpu', {
  ...eswitchFaults,
  ...offloadFaults,
  ...bridgeFaults,
  ...settingFaults,
});
