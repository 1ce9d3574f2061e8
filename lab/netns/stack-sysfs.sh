# Stacks the tree in /run/lab/sysfs over the kernel's sysfs; run again after each change to that tree, and
# after a netdev of it came or went.
set -eu
cd /run/lab
[ "$(stat -f -c %T /sys)" != overlayfs ] || umount -l /sys
rm -rf sysfs-shown sysfs-upper sysfs-work
cp -a sysfs sysfs-shown
mkdir sysfs-upper sysfs-work

while read -r path; do
  [ ! -d "sysfs-shown/$path" ] || setfattr -n trusted.overlay.opaque -v y "sysfs-shown/$path"
done <sysfs-opaque
# A netdev's directory below its PCI device is merged with the one that the kernel keeps under virtual/:
# the attributes are live although the path is that of hardware.
find sysfs-shown/devices -path '*/net/*' -prune -type d | while read -r path; do
  netdev=${path##*/}
  if [ -e "/sys/class/net/$netdev" ]; then
    setfattr -n trusted.overlay.redirect -v "/devices/virtual/net/$netdev" "$path"
  else
    rm -r "$path" "sysfs-shown/class/net/$netdev"
  fi
done
mount -t overlay -o lowerdir=sysfs-shown:/sys,upperdir=sysfs-upper,workdir=sysfs-work,redirect_dir=on sys /sys
