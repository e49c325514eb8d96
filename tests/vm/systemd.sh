#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An archive for the lab's root in which Debian's systemd and journald, of this release, for
# arm64, have the exporter's units, and a unit that runs the lab's programs. Boot it with
#   -x ARCHIVE -a rdinit=/usr/lib/systemd/systemd
#   systemd.sh ARCHIVE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
archive=$(realpath -m "$1")
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
	--no-enhances systemd:arm64 procps:arm64 | sed -n 's/^\([a-z].*:arm64\)$/\1/p' | sort -u)
debs=$("$top/tests/unpack.sh" systemd-arm64 $packages)

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,lib,tmp,run,var/lib,var/log/journal,etc/systemd/system,etc/default,usr/lib/systemd/{catalog,system}}
ln -s ../usr/lib/systemd "$root/lib/systemd"
ln -s ../bin "$root/usr/bin"
# put DIRECTORY PATH...: what is there of them, wherever this release has it
put() {
	local to=$root/$1 path
	shift
	for path; do
		find "$debs" -path "*/$path" ! -path '*.wants/*' -exec cp -P -t "$to" {} +
	done
}
put usr/lib/systemd lib/systemd/systemd{,-journald,-executor}
put bin bin/{systemctl,journalctl,kill}
put usr/lib/systemd/system lib/systemd/system/{*.target,*.slice,*.socket,systemd-journald.service}
libs=$(echo "$debs"/{,usr/}lib/aarch64-linux-gnu{,/systemd})
LIBS_FROM=$libs "$here/libs.sh" "$root" "$root"/usr/lib/systemd/systemd* "$root"/bin/{systemctl,journalctl,kill}

printf 'root:x:0:0::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nkvm:x:36:\nnogroup:x:65534:\n' >"$root/etc/group"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
cp "$top"/systemd/kvmmt-exporter.{service,socket} "$root/usr/lib/systemd/system/"
cp "$here"/systemd/* "$root/etc/systemd/system/"
cp "$top/systemd/kvmmt.catalog" "$root/usr/lib/systemd/catalog/"
cp "$top/debian/kvmmt-exporter.default" "$root/etc/default/kvmmt-exporter"
(cd "$root" && find . -mindepth 1 | cpio --quiet -o -H newc) >"$archive"
