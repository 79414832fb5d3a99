#!/bin/sh
# build-layer.sh LOWER UPPER WORK ROOT PROXY PACKAGE...
# Installs packages on top of LOWER, so that UPPER holds just the difference.
# Runs in mount, uts and pid namespaces of its own: a build that dies leaves nothing.
set -e
# Packages put the machine's name into their configuration: not this host's.
hostname image
lower=$1 upper=$2 work=$3 root=$4 proxy=$5
shift 5
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
chroot "$root" apt-get -q -o "Acquire::http::Proxy=$proxy" update
chroot "$root" apt-get -q -y -o "Acquire::http::Proxy=$proxy" -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d"
umount "$root/run" "$root/tmp" "$root/proc" "$root"
