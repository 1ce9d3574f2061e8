# Stacks the tree in /run/lab/sysfs over the kernel's sysfs; run again after each change to that tree.
set -eu
cd /run/lab
[ "$(stat -f -c %T /sys)" != overlayfs ] || umount -l /sys
rm -rf sysfs-upper sysfs-work
mkdir sysfs-upper sysfs-work

while read -r path; do
  [ ! -d "sysfs/$path" ] || setfattr -n trusted.overlay.opaque -v y "sysfs/$path"
done <sysfs-opaque
# A netdev's directory below its PCI device is merged with the one that the kernel keeps under virtual/:
# the attributes are live although the path is that of hardware.
find sysfs/devices -path '*/net/*' -prune -type d | while read -r path; do
  setfattr -n trusted.overlay.redirect -v "/devices/virtual/net/${path##*/}" "$path"
done
mount -t overlay -o lowerdir=sysfs:/sys,upperdir=sysfs-upper,workdir=sysfs-work,redirect_dir=on sys /sys
