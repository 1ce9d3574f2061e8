# The mount namespace in which a node's containerd and kubelet run: the node's own root, and what only those two need.
# The node's sysfs can be stacked anew beside them, and who logs in to the node sees nothing of this.
# usage: sh kubelet-space.sh DIR, in a fresh mount namespace of the node
set -eu
dir=$1

# What containers mount for their host is to stay here.
mount --make-rshared /
# The stacked one may be taken away.
mount -t sysfs sysfs /sys
mount --rbind /run/lab/cgroup /sys/fs/cgroup
mkdir -p /var/lib/kubelet
# kubelet reads from it when the kernel ends processes for want of memory.
[ -e /dev/kmsg ] || mknod /dev/kmsg c 1 11
# kubelet sets these for the whole machine, unless they already read as it wants them.
mkdir -p "$dir/sysctl"
while read -r key value; do
  echo "$value" >"$dir/sysctl/${key##*/}"
  mount --bind "$dir/sysctl/${key##*/}" "/proc/sys/$key"
done <<'SETTINGS'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS

# As the machine numbers it: this process is in no process namespace of the node.
echo $$ >"$dir/pid.new"
mv "$dir/pid.new" "$dir/pid"
exec sleep infinity
