#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# perf and trace-cmd for arm64, from Debian, as an archive for the lab with
# everything below /peers. Kept in the cache.
#   peers.sh CPIO
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
cpio=$(realpath -m "$1")
. /etc/os-release
root=$cache/peers-$VERSION_CODENAME
[ ! -e "$cpio" ] || exit 0

if [ ! -e "$root/.kvmmt-ok" ]; then
	command -v mmdebstrap >/dev/null || apt-get install -q -y --no-install-recommends mmdebstrap
	echo "  PEERS    perf and trace-cmd of $VERSION_CODENAME for arm64: about 20 s"
	rm -rf "$root"
	mmdebstrap -q --variant=extract --mode=root --architectures=arm64 \
		--include=linux-perf,trace-cmd "$VERSION_CODENAME" "$root" 2>"$cache/peers.log" || {
		cat "$cache/peers.log" >&2
		exit 1
	}
	touch "$root/.kvmmt-ok"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/peers/bin" "$(dirname "$cpio")"
cp -L "$root/usr/bin/perf" "$root/usr/bin/trace-cmd" "$work/peers/bin/"
LIBS_FROM="$root/usr/lib/aarch64-linux-gnu $root/lib/aarch64-linux-gnu" \
	"$here/../vm/libs.sh" "$work/peers" "$work/peers/bin/perf" "$work/peers/bin/trace-cmd"
(cd "$work" && find peers | cpio --quiet -o -H newc) >"$cpio"
