import type { NetnsLab } from './lab.ts';
import type { LabNode } from './node.ts';

// What a node shows of itself, without counters, indices and anything else that changes by itself.
const SCRIPT = `
ip -o link | sed 's/^[0-9]*: //; s/@if[0-9]*//; s/ qdisc .*mode/ mode/; s/mode.*//' | sort
ip -o -4 addr show | awk '{ print "address", $2, $4 }' | sort
ip route | sed 's/ linkdown//' | sort
for netdev in $(ls /sys/class/net); do
  echo "peer $netdev $(ethtool -S $netdev 2>/dev/null | grep -c peer_ifindex)"
done
find /sys/class/net /sys/bus/pci/devices/ /sys/bus/pci/drivers /sys/devices/pci* -type l -printf '%p -> %l\\n' | sort
find /sys/devices/pci*/ -path '*/net/*' -prune -printf '%p\\n' | sort
grep -H . $(find /sys/devices/pci*/ -name 'sriov_*' -o -name uevent -path '*0000:*' | sort) /dev/null
ls /sys/module | grep br_netfilter
sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
tail -n +2 /proc/swaps
cat /etc/resolv.conf /etc/systemd/resolved.conf
sha256sum /root/dpu-software/scripts/variables.sh
bridge link | sed 's/^[0-9]*: //; s/@if[0-9]*//' | sort
command -v ovs-vswitchd ovs-vsctl
dpkg-query --show --showformat='\${Package} \${db:Status-Status}\\n' | grep -E 'openvswitch|ovn'
ps -eo comm,state,args | grep -E '^(ovs|ovn|kubelet)' | sed 's/ [SRD] / /' | sort -u
ss -Hltn sport = :22 | wc -l
grep -c 'Flow API Enabled' /var/log/openvswitch/ovs-vswitchd.log | sed 's/[1-9].*/some/'
[ ! -S /run/openvswitch/db.sock ] || {
  ovs-vsctl --timeout=1 --columns=external_ids,other_config list Open_vSwitch . | sed 's/, ovn-chassis[^,}]*//'
  ovs-vsctl --timeout=1 --format=csv --columns=name,fail_mode,datapath_type list Bridge | sort
  ovs-vsctl --timeout=1 --format=csv --columns=name,type,options,error list Interface | sort
  ovs-vsctl --timeout=1 show | sed -n '/Bridge/,$ s/^ *//p' | sort
  timeout 1 ovs-appctl --target=ovs-vswitchd version 2>&1 | head -1
} 2>&1
`;

/** Lines that are the same as long as nothing about the lab's nodes has changed. */
export async function snapshot(lab: NetnsLab): Promise<string[]> {
  const parts = await Promise.all(lab.nodes.map(lines));
  return parts.flat();
}

async function lines(node: LabNode): Promise<string[]> {
  const { stdout } = await node.exec(['sh', '-c', SCRIPT]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => `${node.name}: ${line}`);
}
