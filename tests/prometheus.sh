#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the directory that has Debian's prometheus, promtool, prometheus-alertmanager
# and amtool: unpacked into the cache, not installed, so that no service starts.
set -euo pipefail
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
. /etc/os-release
root=$cache/prometheus-$VERSION_CODENAME

if [ ! -e "$root/.kvmmt-ok" ]; then
	mkdir -p "$cache"
	work=$(mktemp -d -p "$cache")
	trap 'rm -rf "$work"' EXIT
	packages="prometheus prometheus-alertmanager"
	[ "$VERSION_CODENAME" = bookworm ] || packages+=" promtool"
	(cd "$work" && apt-get download -q $packages) >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
	for deb in "$work"/*.deb; do
		dpkg -x "$deb" "$work"
	done
	rm -rf "$root" "$work"/*.deb
	touch "$work/.kvmmt-ok"
	mv "$work" "$root"
	trap - EXIT
fi
echo "$root/usr/bin"
