#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Debian's newest stock 7.x arm64 kernel, from whatever suite has it, kept in the
# cache: the peer whose nested virtualization is compared with ours.
#   upstream.sh fetch     get it unless one is in the cache; says why it cannot
#   upstream.sh path      print its directory, with vmlinuz; fails if not fetched
#   upstream.sh refresh   get the newest even if one is in the cache
# Nothing is installed, and the machine's own apt lists stay as they are.
set -euo pipefail
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}/upstream
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "upstream.sh: $*" >&2; exit 1; }

newest() { # of what is in the cache
	local dir
	dir=$(find "$cache" -mindepth 2 -maxdepth 2 -name vmlinuz -printf '%h\n' 2>/dev/null |
		sort -V | tail -1)
	[ -n "$dir" ] && echo "$dir"
}

# An apt of its own, with the mirror that this machine uses for its release.
apt_setup() {
	local release mirror suite
	. /etc/os-release
	release=${VERSION_CODENAME:-}
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' |
		awk -v r="$release" '$2 == r { print $1; exit }')
	[ -n "$mirror" ] || die "apt knows no mirror of $release: run apt-get update"
	mkdir -p "$work/lists/partial" "$work/archives/partial"
	touch "$work/status"
	for suite in sid forky trixie-backports; do
		echo "deb [arch=arm64 signed-by=$keyring] $mirror $suite main"
	done >"$work/sources.list"
	cat >"$work/apt.conf" <<-EOC
	Dir::State "$work";
	Dir::State::Lists "$work/lists";
	Dir::State::status "$work/status";
	Dir::Cache "$work";
	Dir::Etc::sourcelist "$work/sources.list";
	Dir::Etc::sourceparts "-";
	APT::Architecture "arm64";
	APT::Architectures "arm64";
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	EOC
}

fetch() {
	local package version
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	apt_setup
	export APT_CONFIG=$work/apt.conf
	echo "  UPSTREAM Debian's 7.x kernel for arm64"
	apt-get -q update >"$work/log" 2>&1 ||
		die "apt-get update: $(tail -1 "$work/log")"
	package=$(apt-cache pkgnames linux-binary-7. | grep 'cloud-arm64$' | sort -V | tail -1)
	[ -n "$package" ] || die "no linux-binary-7.*-cloud-arm64 in sid, forky, trixie-backports"
	version=${package#linux-binary-}
	[ ! -e "$cache/$version/vmlinuz" ] || return 0
	(cd "$work" && apt-get -q download "$package" >"$work/log" 2>&1) ||
		die "$package: $(tail -1 "$work/log")"
	dpkg -x "$work"/linux-binary-*.deb "$work/root"
	mkdir -p "$cache/$version"
	mv "$(find "$work/root" -name 'vmlinuz*' -type f)" "$cache/$version/vmlinuz"
	echo "  UPSTREAM $version"
}

case ${1:-} in
fetch) newest >/dev/null || fetch ;;
refresh) fetch ;;
path) newest || die "not fetched: make kernel-upstream" ;;
*) sed -n '5,8s/^# \?//p' "$0" >&2; exit 2 ;;
esac
