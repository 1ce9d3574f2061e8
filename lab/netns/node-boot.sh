# PID 1 of a lab node, second half: runs inside the finished root, starts sshd and reaps orphans.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8

for user in operator:1001 sre:1002; do
  mkdir -p "/home/${user%:*}"
  chown "${user#*:}:${user#*:}" "/home/${user%:*}"
done
ip link set lo up
ip -batch /run/lab/ip.batch
# OVS in user space sees frames whose checksum the veth left to hardware that is not there: TCP would hang.
while read -r netdev; do ethtool -K "$netdev" tx off >/dev/null; done </run/lab/checksummed
[ ! -s /run/lab/sysctl.conf ] || sysctl -q -p /run/lab/sysctl.conf
# Settings of the whole machine: the node sees a file of its own in their place.
while read -r key value; do
  echo "$value" >"/run/lab/$key"
  mount --bind "/run/lab/$key" "/proc/sys/$(echo "$key" | tr . /)"
done </run/lab/machine-sysctl
[ ! -d /run/lab/sysfs ] || sh /run/lab/stack-sysfs.sh
[ -e /run/lab/sshd-elsewhere ] || /usr/sbin/sshd

echo ready >&3
exec 3>&-
sleep infinity &
while :; do wait || :; done
