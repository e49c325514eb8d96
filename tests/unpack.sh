#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the directory that has what is in some of Debian's packages, of this release:
# unpacked into the cache, not installed, so that no service starts.
#   unpack.sh NAME PACKAGE...
set -euo pipefail
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
. /etc/os-release
dir=$cache/$1-$VERSION_CODENAME
shift

if [ ! -e "$dir/.kvmmt-ok" ]; then
	mkdir -p "$cache"
	work=$(mktemp -d -p "$cache")
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && apt-get download -q "$@") >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
	for deb in "$work"/*.deb; do
		dpkg -x "$deb" "$work"
	done
	rm -rf "$dir" "$work"/*.deb
	touch "$work/.kvmmt-ok"
	mv "$work" "$dir"
	trap - EXIT
fi
echo "$dir"
