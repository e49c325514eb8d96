#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what building, the lab and the tests need, on Debian 12 or 13.
# As root, or with a sudo that asks nothing; otherwise print what to run.
set -euo pipefail

# Debian 12 has these too old: QEMU without FEAT_NV2, libbpf before 1.4. The others
# use libelf as they do, which must then be of one release.
backported="qemu-system-arm bpftool libbpf-dev libbpf-dev:arm64
	libelf-dev libelf-dev:arm64 dwarves"
packages="
	build-essential git make clang llvm pkgconf
	zlib1g-dev libncurses-dev zlib1g-dev:arm64 libncurses-dev:arm64
	libzstd-dev libzstd-dev:arm64 libclang-rt-dev
	libmicrohttpd-dev libsystemd-dev libcap-dev libcairo2-dev
	libmicrohttpd-dev:arm64 libsystemd-dev:arm64 libcap-dev:arm64
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	linux-source-6.12 flex bison bc cpio kmod rsync xz-utils ccache
	libssl-dev libssl-dev:arm64 debhelper lintian systemd python3 python3-git python3-ply sparse
	mandoc tmux time linux-perf babeltrace2 curl python3-prometheus-client
	python3-pexpect python3-pyte"
# libssl-dev:arm64 is for the scripts in the kernel's headers package (sign-file).
# make kernel-deb and make bench fetch more, when they run.

die() { echo "deps.sh: $*" >&2; exit 1; }

. /etc/os-release
case ${VERSION_CODENAME:-} in
bookworm | trixie) ;;
*) die "this is ${PRETTY_NAME:-an unknown system}; kvmmt builds on Debian 12 (bookworm) and 13 (trixie)" ;;
esac
[ "$(dpkg --print-architecture)" = amd64 ] ||
	die "the lab cross-builds on amd64; on arm64 install the tools as docs/install.md says"

installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

missing=""
for p in $packages $backported; do
	installed "$p" || missing+=" $p"
done
if [ "$VERSION_CODENAME" = bookworm ]; then
	qemu=$(dpkg-query -W -f '${Version}' qemu-system-arm 2>/dev/null || echo 0)
	dpkg --compare-versions "$qemu" ge 1:9.0 || missing+=" qemu-system-arm"
fi
[ -n "$missing" ] || exit 0

# One command a line: run by us, or shown to the user.
commands() {
	local sources=/etc/apt/sources.list.d/kvmmt-backports.sources
	dpkg --print-foreign-architectures | grep -qx arm64 || echo "dpkg --add-architecture arm64"
	if [ "$VERSION_CODENAME" = bookworm ] &&
		! apt-get indextargets --format '$(RELEASE)' | grep -qx bookworm-backports; then
		# From the mirror that this machine uses for its release, known after an update.
		echo "apt-get update -q"
		cat <<-EOF
		printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "\$(apt-get indextargets --format '\$(REPO_URI) \$(RELEASE)' | awk '\$2 == "bookworm" { print \$1; exit }')" >$sources
		EOF
	fi
	echo "apt-get update -q"
	if [ "$VERSION_CODENAME" = bookworm ]; then
		echo "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -t bookworm-backports" $backported
		echo "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends" $packages
	else
		echo "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends" $packages $backported
	fi
}

if [ "$(id -u)" = 0 ]; then
	run="bash -c"
elif sudo -n true 2>/dev/null; then
	run="sudo bash -c"
else
	echo "deps.sh: missing:$missing" >&2
	echo "deps.sh: as root, run:" >&2
	commands >&2
	exit 1
fi

echo "  DEPS    $missing"
log=$(mktemp)
commands | while read -r line; do
	$run "$line" >"$log" 2>&1 </dev/null || {
		tail -20 "$log" >&2
		die "this failed: $line"
	}
done
rm -f "$log"
