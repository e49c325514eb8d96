#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Kernels of the lab: source, series and configuration to a build directory in
# the cache, keyed by a hash of all three, so that nothing is built twice.
#
#   kernel.sh build VARIANT   build it if it is not in the cache
#   kernel.sh path VARIANT    print its build directory; fails if not built
#   kernel.sh tree VARIANT    print its source tree, made if necessary
#   kernel.sh version         print the version of Debian's source
#   kernel.sh make DIR TARGET make in a build directory, as build does
#   kernel.sh prune           remove every build and tree but the current ones
#
# VARIANT: patched | stock (no patch) | notrace (up to the first tracepoint)
#          | first (up to nested virtualization) | debug (patched; lockdep, KASAN)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
series=$here/v6.12
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}

die() { echo "kernel.sh: $*" >&2; exit 1; }
base_value() { sed -n "s/^$1=//p" "$series/BASE"; }
tarball=${KVMMT_KERNEL_TARBALL:-$(base_value tarball)}

version() {
	[ -r "$tarball" ] || die "$tarball: not there; install $(base_value package) (make deps)"
	# The package knows its version at once; a tarball of another origin is asked.
	if [ -z "${KVMMT_KERNEL_TARBALL:-}" ]; then
		dpkg-query -W -f '${source:Upstream-Version}\n' "$(base_value package)"
	else
		tar xOf "$tarball" --wildcards --occurrence=1 '*/Makefile' |
			awk '/^(VERSION|PATCHLEVEL|SUBLEVEL) =/ { v = v "." $3 } END { print substr(v, 2) }'
	fi
}

check_version() {
	local v=$1 oldest before
	oldest=$(base_value oldest)
	before=$(base_value before)
	dpkg --compare-versions "$v" ge "$oldest" && dpkg --compare-versions "$v" lt "$before" ||
		die "$tarball is $v; the series is for $oldest and newer, before $before"
}

patches() { # the patches of a variant, in order
	case $1 in
	stock) ;;
	notrace) ls "$series"/0*.patch | grep -v 0000-cover-letter | sed '/tracepoint/,$d' ;;
	first) ls "$series"/0*.patch | grep -v 0000-cover-letter | sed '/-KVM-arm64-nv-/,$d' ;;
	patched | debug) ls "$series"/0*.patch | grep -v 0000-cover-letter ;;
	*) die "unknown variant '$1': patched, stock, notrace, first or debug" ;;
	esac
}

configs() {
	echo "$here/lab.config"
	[ "$1" != debug ] || echo "$here/debug.config"
}

hash_of() { cat "$@" /dev/null | sha256sum | cut -c1-12; }

git_quiet() { git -c user.name=kvmmt -c user.email=kvmmt@localhost -c gc.auto=0 "$@"; }

# The unpatched source as a git repository: one for each version.
base_tree() {
	local v dir
	v=$(version)
	check_version "$v"
	dir=$cache/src/$v-base
	if [ ! -e "$dir/.kvmmt-ok" ]; then
		echo "  SOURCE   $v: unpacking and indexing, about a minute" >&2
		rm -rf "$dir" "$dir.new"
		mkdir -p "$dir.new"
		tar xf "$tarball" -C "$dir.new" --strip-components=1
		rm -f "$dir.new/.gitignore"
		git_quiet -C "$dir.new" init -q
		git_quiet -C "$dir.new" config core.compression 0
		git_quiet -C "$dir.new" add -A .
		git_quiet -C "$dir.new" commit -q -m "linux $v"
		touch "$dir.new/.kvmmt-ok"
		mv "$dir.new" "$dir"
		git_quiet -C "$dir" worktree prune
	fi
	echo "$dir"
}

tree() {
	local base dir list
	base=$(base_tree)
	list=$(patches "$1")
	[ -n "$list" ] || { echo "$base"; return; }
	dir=${base%-base}-$(hash_of $list)
	if [ ! -e "$dir/.kvmmt-ok" ]; then
		echo "  PATCH    $(basename "$dir")" >&2
		rm -rf "$dir"
		git_quiet -C "$base" worktree prune
		git_quiet -C "$base" worktree add -q --detach "$dir" >&2
		# Exact context, nothing fuzzy: a patch that does not apply is an error.
		git_quiet -C "$dir" am -q --keep-cr $list >&2 ||
			die "the series does not apply to $(version): see the file and line above"
		touch "$dir/.kvmmt-ok"
	fi
	echo "$dir"
}

build_dir() {
	# A direct child of the source tree, so that kbuild uses relative paths and
	# one ccache serves all trees.
	echo "$1/build-$2-$(hash_of $(configs "$2"))"
}

kmake() {
	local dir=$1
	shift
	env ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CCACHE_DIR="$cache/ccache" \
		CCACHE_BASEDIR="$cache" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G \
		KBUILD_BUILD_TIMESTAMP='Thu Jan 1 00:00:00 UTC 2026' \
		KBUILD_BUILD_USER=kvmmt KBUILD_BUILD_HOST=lab \
		make -C "$dir" -j"$(nproc)" LOCALVERSION= CC='ccache aarch64-linux-gnu-gcc' "$@"
}

# Show that a long build moves: objects done, of as many as the last long one had.
# Copies its input to the file LOG, keeps the count in COUNT.
progress() {
	local name=$1 log=$2 count=$3
	awk -v LOG="$log" -v name="$name" -v last="$(cat "$count" 2>/dev/null || echo 1700)" -v count="$count" '
		{ print >LOG }
		/^ +(CC|AS|LD|AR) / && ++n % 200 == 0 {
			printf "  KERNEL   %s: %d of about %d objects\n", name, n, last
			fflush()
		}
		END { if (n > 200) print n >count }'
}

configure() {
	local src=$1 out=$2 variant=$3 opt
	mkdir -p "$out"
	kmake "$src" O="$out" -s allnoconfig
	(cd "$src" && scripts/kconfig/merge_config.sh -m -O "$out" "$out/.config" \
		$(configs "$variant") >/dev/null)
	kmake "$src" O="$out" -s olddefconfig
	while read -r opt; do
		grep -qxF "$opt" "$out/.config" || die "$variant: the configuration lost $opt"
	done < <(cat $(configs "$variant") | grep -h '^CONFIG_.*=y')
}

build() {
	local variant=$1 src out start times
	# Two builds in one directory would spoil each other.
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock -n 9 || { echo "  KERNEL   waiting for another build"; flock 9; }
	src=$(tree "$variant")
	out=$(build_dir "$src" "$variant")
	[ ! -e "$out/.kvmmt-ok" ] || return 0
	times=$cache/times
	mkdir -p "$times"
	start=$(date +%s)
	echo "  KERNEL   $variant, $(basename "$src"): building;" \
		"$(cat "$times/$variant" 2>/dev/null || echo 'a first build takes 10 to 30 minutes')"
	configure "$src" "$out" "$variant"
	kmake "$src" O="$out" Image modules 2>&1 |
		progress "$variant" "$out/build.log" "$times/objects" || {
		tail -30 "$out/build.log" >&2
		die "$variant does not build: $out/build.log"
	}
	echo "last time it took $((($(date +%s) - start + 59) / 60)) minutes" >"$times/$variant"
	touch "$out/.kvmmt-ok"
}

path() {
	local out
	out=$(build_dir "$(tree "$1")" "$1")
	[ -e "$out/.kvmmt-ok" ] || die "$1 is not built: make kernel-$1"
	echo "$out"
}

prune() {
	local keep="" v d b
	for v in patched stock notrace first debug; do
		d=$(tree "$v")
		keep+=" $d $(build_dir "$d" "$v")"
	done
	for d in "$cache"/src/*/; do
		d=${d%/}
		case " $keep " in
		*" $d "*)
			for b in "$d"/build-*/; do
				b=${b%/}
				case " $keep " in *" $b "*) ;; *) rm -rf "$b" ;; esac
			done ;;
		*) case $d in *-base) ;; *) rm -rf "$d" ;; esac ;;
		esac
	done
	rm -rf "$cache/mutants"
}

case ${1:-} in
version) version ;;
build | path | tree) "$1" "${2:?kernel.sh $1: which variant?}" ;;
make) kmake "$(dirname "${2:?kernel.sh make: in which directory?}")" O="$2" "${@:3}" ;;
prune) prune ;;
*) sed -n '3,15s/^# \?//p' "$0" >&2; exit 2 ;;
esac
