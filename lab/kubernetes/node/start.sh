# PID 1 of a node: runs in fresh mount, UTS and PID namespaces and in the node's network namespace.
# usage: sh start.sh DIR NAME
set -eu
dir=$1

# /proc is still the machine's here, so this is the pid by which the machine knows this process.
read -r pid _ </proc/self/stat
hostname "$2"
mount --make-rprivate /
# What containers mount for their host is to stay in the node.
mount --make-rshared /
# What kubelet and CNI write below these directories stays in the node too.
for path in /var/lib /var/log; do
  mkdir -p "$dir/upper$path" "$dir/work$path"
  mount -t overlay -o "lowerdir=$path,upperdir=$dir/upper$path,workdir=$dir/work$path" lab "$path"
done
mkdir -p /var/lib/kubelet
mount -t tmpfs -o mode=755 lab /run
mount -t proc proc /proc
# kubelet sets these for the whole machine, unless they already read as it wants them.
while read -r path value; do
  mkdir -p "$dir/sysctl"
  echo "$value" >"$dir/sysctl/${path##*/}"
  mount --bind "$dir/sysctl/${path##*/}" "/proc/sys/$path"
done <<'SETTINGS'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS
# Hands the pods' addresses to the lab's bridge, whose subnet they are from.
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp

echo "$pid" >"$dir/pid.new"
mv "$dir/pid.new" "$dir/pid"
sleep infinity &
while :; do wait || :; done
