#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# patches-check: the series as a series. Prints ok, not ok and skip lines.
#  - git am, without fuzz, then a re-export that is byte for byte the same
#  - checkpatch --strict on each patch, less what checkpatch.ignore gives reasons for
#  - each patch builds arch/arm64/kvm/ with W=1 and adds no warning; sparse too
# A result is kept in the cache under the hash of source and series.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
work=$(mktemp -d)
failed=0
PATH=/usr/bin:$PATH	# checkpatch wants Debian's python3 and its modules

trap 'rm -rf "$work"' EXIT
ok() { echo "ok patches-check: $*"; }
not_ok() { echo "not ok patches-check: $*"; failed=1; }

base=$("$here/kernel.sh" tree stock)
tree=$("$here/kernel.sh" tree patched)
base_commit=$(git -C "$base" rev-parse HEAD)
key=$(cat "$here"/v6.12/0*.patch "$here/lab.config" "$here"/check.sh "$here/checkpatch.ignore" \
	<(command -v sparse) <(basename "$base") | sha256sum | cut -c1-16)
stamp=$cache/check/$key
if [ -e "$stamp" ]; then
	cat "$stamp"
	exit 0
fi

round_trip() {
	"$here/export.sh" "$tree" "$base_commit" "$work/export"
	if diff -r -x 0000-cover-letter.patch -x BASE "$here/v6.12" "$work/export" >"$work/diff"; then
		ok "export, am, export is byte-identical"
	else
		not_ok "the files are not what git format-patch makes of the applied series:"
		head -20 "$work/diff"
	fi
}

style() {
	local ignore p
	ignore=$(grep -v '^#' "$here/checkpatch.ignore" | awk '{ printf "%s%s", s, $1; s = "," }')
	for p in $(ls "$here"/v6.12/0*.patch | grep -v 0000-cover-letter); do
		if (cd "$tree" && scripts/checkpatch.pl --strict --no-summary -q --ignore "$ignore" "$p") \
			>"$work/style" 2>"$work/style.err"; then
			ok "checkpatch --strict $(basename "$p")"
		else
			not_ok "checkpatch --strict $(basename "$p")"
			cat "$work/style"
		fi
	done
}

# Build arch/arm64/kvm/ of the tree in $1 with W=1; the warnings, without line numbers, to $2.
warnings() {
	local tool=${3:-}
	env ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CCACHE_DIR="$cache/ccache" \
		CCACHE_BASEDIR="$cache" CCACHE_NOHASHDIR=1 \
		make -C "$1" O="$1/build-check" -j"$(nproc)" -s W=1 ${tool:+$tool} \
		CC='ccache aarch64-linux-gnu-gcc' arch/arm64/kvm/ >"$work/log" 2>&1 || {
		cat "$work/log"
		return 1
	}
	grep -E 'warning:|error:' "$work/log" | sed -E 's/:[0-9]+(:[0-9]+)?:/:/' | sort -u >"$2" || true
}

each_builds() {
	local check=$cache/src/check c subject sparse=""
	command -v sparse >/dev/null && sparse="C=2"
	rm -rf "$check"
	git -C "$base" worktree prune
	git -C "$base" worktree add -q --detach "$check" "$base_commit"
	mkdir -p "$check/build-check"
	# Without debug information, which takes a compiler longer than all the rest.
	sed -e '/^CONFIG_DEBUG_INFO/d' "$("$here/kernel.sh" path patched)/.config" >"$check/build-check/.config"
	echo CONFIG_DEBUG_INFO_NONE=y >>"$check/build-check/.config"
	ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- make -s -C "$check" O="$check/build-check" olddefconfig
	warnings "$check" "$work/before" || { not_ok "the base does not build"; return; }
	for c in $(git -C "$tree" rev-list --reverse "$base_commit..HEAD"); do
		subject=$(git -C "$tree" log -1 --format=%s "$c")
		git -C "$check" checkout -q "$c"
		if ! warnings "$check" "$work/after"; then
			not_ok "builds: $subject"
		elif comm -13 "$work/before" "$work/after" | grep .; then
			not_ok "W=1 adds a warning: $subject"
		else
			ok "builds, W=1 adds no warning: $subject"
		fi
	done
	if [ -n "$sparse" ]; then
		warnings "$check" "$work/sparse-after" "$sparse" || true
		git -C "$check" checkout -q "$base_commit"
		warnings "$check" "$work/sparse-before" "$sparse" || true
		# It does not see that guard() releases what it takes.
		if comm -13 "$work/sparse-before" "$work/sparse-after" | grep -v 'context imbalance'; then
			not_ok "sparse: the series adds the above"
		else
			ok "sparse adds nothing"
		fi
	else
		echo "skip patches-check: sparse: not installed"
	fi
	git -C "$base" worktree remove --force "$check"
}

{
	round_trip
	style
	each_builds
} | tee "$work/result"
if grep -q '^not ok' "$work/result"; then
	exit 1
fi
mkdir -p "$(dirname "$stamp")"
cp "$work/result" "$stamp"
