#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernel-deb: Debian's source plus the series as installable arm64 packages.
#   deb.sh [--lab] OUTPUT-DIRECTORY
# Debian's own arm64 configuration, or the lab's with --lab.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
config=debian
[ "${1:-}" != --lab ] || { config=lab; shift; }
out=$(realpath -m "${1:?deb.sh: where to?}")

die() { echo "deb.sh: $*" >&2; exit 1; }

# Debian's configuration for arm64 comes in a package of that architecture.
debian_config() {
	local tmp
	tmp=$(mktemp -d)
	(cd "$tmp" && apt-get download -q linux-config-6.12:arm64 >/dev/null) ||
		die "linux-config-6.12:arm64: cannot be downloaded (make deps adds the architecture)"
	dpkg -x "$tmp"/linux-config-*.deb "$tmp/x"
	xz -dc "$tmp"/x/usr/src/linux-config-6.12/config.arm64_none_arm64.xz >"$1"
	rm -rf "$tmp"
	# Debian signs modules with a key of its own; these packages have none.
	sed -i -e 's/^CONFIG_SYSTEM_TRUSTED_KEYS=.*/CONFIG_SYSTEM_TRUSTED_KEYS=""/' \
		-e '/^CONFIG_MODULE_SIG_KEY=/d' -e 's/^CONFIG_LOCALVERSION=.*/CONFIG_LOCALVERSION="-kvmmt"/' "$1"
}

tree=$("$here/kernel.sh" tree patched)
build=$tree/build-deb-$config
mkdir -p "$build" "$out"
case $config in
lab) cp "$("$here/kernel.sh" path patched)/.config" "$build/.config" ;;
debian) debian_config "$build/.config" ;;
esac
key=$(sha256sum "$build/.config" | cut -c1-12)
debs=$build/debs-$key
kmake() {
	env ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CCACHE_DIR="$cache/ccache" \
		CCACHE_BASEDIR="$cache" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G \
		KBUILD_BUILD_TIMESTAMP='Thu Jan 1 00:00:00 UTC 2026' \
		KBUILD_BUILD_USER=kvmmt KBUILD_BUILD_HOST=lab \
		make -C "$tree" O="$build" -j"$(nproc)" -s LOCALVERSION= CC='ccache aarch64-linux-gnu-gcc' "$@"
}
if [ ! -e "$debs/.kvmmt-ok" ]; then
	echo "  DEB      $(basename "$tree"), $config configuration: building;" \
		"$([ $config = lab ] && echo 'a few minutes' || echo 'hours on a small machine')"
	kmake olddefconfig
	rm -f "$tree"/linux-*.deb
	# No -dbg package: it would double the time and nobody installs it to run kvmmt.
	kmake DPKG_FLAGS=-d DEB_BUILD_PROFILES=pkg.linux-upstream.nokerneldbg \
		bindeb-pkg >"$build/build.log" 2>&1 || {
		tail -30 "$build/build.log" >&2
		die "bindeb-pkg failed: $build/build.log"
	}
	rm -rf "$debs"
	mkdir -p "$debs"
	find "$tree" -maxdepth 1 -name 'linux-*.deb' -newer "$build/.config" \
		-exec mv -t "$debs" {} +
	ls "$debs"/linux-image-*.deb >/dev/null || die "bindeb-pkg left no linux-image package"
	touch "$debs/.kvmmt-ok"
fi
cp "$debs"/*.deb "$out/"
ls "$out"/*.deb
