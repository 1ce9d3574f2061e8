#!/bin/sh
# What the documents tell people to type on a node, one after another: what dpu-doctor's time is held against.
# One process reads many files wherever a person would write a pattern, and nothing is asked twice.

ip link show
ip addr show
ip route show
ls -l /sys/class/net
ls -ld /sys/class/net/*/device /sys/class/net/*/device/physfn
grep -s . /sys/class/net/*/phys_port_name /sys/class/net/*/phys_switch_id /sys/class/net/*/device/uevent
ls -ld /sys/bus/pci/devices/*/virtfn* /sys/bus/pci/devices/*/physfn /sys/bus/pci/devices/*/driver
grep -s . /sys/bus/pci/devices/*/sriov_totalvfs /sys/bus/pci/devices/*/sriov_numvfs
lspci -nnD
for netdev in /sys/class/net/*; do
  ethtool -i "${netdev##*/}"
  ethtool -k "${netdev##*/}"
done
uname -r
cat /etc/os-release
ip -V
ovs-vsctl --version
sysctl net.ipv4.ip_forward net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.all.forwarding \
  fs.inotify.max_user_watches fs.inotify.max_user_instances
ovs-vsctl show
ovs-vsctl list Open_vSwitch
ovs-vsctl list Bridge
ovs-vsctl list Port
ovs-vsctl list Interface
ovs-appctl dpctl/dump-flows -m
ovs-appctl dpctl/dump-flows -m type=offloaded
true
