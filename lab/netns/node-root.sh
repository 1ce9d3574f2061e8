# PID 1 of a lab node, first half: builds the node's root and pivots into it.
# Runs in fresh mount, UTS, IPC and PID namespaces and in the node's network namespace.
# usage: sh node-root.sh DIR, where DIR was written by node.ts
set -eu
dir=$1

exec 3>"$dir/ready"
# /proc is still the machine's here, so this is the pid by which the machine knows this process.
read -r pid _ </proc/self/stat
echo "$pid" >"$dir/pid"
hostname "$(cat "$dir/hostname")"

base=$dir/mnt
mount -t tmpfs -o mode=755 lab "$base"
cd "$base"
mkdir root upper work lab
# Only the operating system shines through: what else lies at the top of the machine's root is whited out.
for entry in /* /.[!.]*; do
  case ${entry#/} in
    bin | boot | dev | etc | home | lib* | media | mnt | opt | proc | root | run | sbin | srv | sys | tmp | usr | var) ;;
    *) [ ! -e "$entry" ] || mknod "upper$entry" c 0 0 ;;
  esac
done
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work root root
cd root

for entry in boot home media mnt opt root run srv usr/local var/log; do
  mount -t tmpfs -o mode=755 lab "$entry"
done
mount -t tmpfs -o mode=1777 lab tmp
chmod 700 root
rm -rf etc/cni etc/kubernetes etc/ovn etc/openvswitch var/lib/kubelet var/lib/openvswitch var/lib/ovn
[ ! -s "$dir/hidden" ] || xargs rm -rf <"$dir/hidden"

mount -t tmpfs -o mode=755 lab dev
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty dev/
mkdir -p dev/pts dev/shm dev/net run/lab run/sshd run/lock var/log/openvswitch var/log/ovn
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
[ ! -e /dev/net/tun ] || cp -a /dev/net/tun dev/net/
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --bind "$base/lab" run/lab
while read -r path; do
  mkdir -p "./$path"
  mount --bind "$path" "./$path"
done <"$dir/shared"
mkdir -p run/netns
while read -r name file; do
  : >"run/netns/$name"
  mount --bind "$file" "run/netns/$name"
done <"$dir/netns"
if [ -s "$dir/shared" ]; then
  # Aside, because what is mounted below the kernel's sysfs does not show through the stacked one.
  mkdir run/lab/cgroup
  mount --rbind /sys/fs/cgroup run/lab/cgroup
fi

cp -a "$dir/files/." .
cp -a "$dir/lab/." run/lab/

pivot_root . .
umount -l .
cd /
exec /bin/sh /run/lab/node-boot.sh
