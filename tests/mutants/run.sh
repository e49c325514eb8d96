#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does a test notice when a line that safety hangs on is missing or wrong? All mutations
# are woven into one kernel, which does the one that kvm_mutant= names; see README.md.
#   run.sh [-k BUILD] [-a] [MUTATION...]
#     -k BUILD   mutate this build of the kernel (default: the cache's patched one)
#     -a         run again what was killed before
# Without names: all of them. Ends with `N killed, M survived`; exit status 1 if any did.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
kernel=kernel-patches/kernel.sh
cache=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}
lists=(tests/mutants/[0-9]*)
nested=${O:-.output}/vm/root/bin/nested
build="" again=""

die() { echo "mutants: $*" >&2; exit 1; }
say() { printf '  %-8s %s\n' "$1" "$2"; }

while getopts k:a opt; do
	case $opt in
	k) build=$(realpath "$OPTARG") ;;
	a) again=1 ;;
	*) sed -n '5,8s/^# \?//p' "$0" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ -x "$nested" ] || die "the lab is not built: make vm-tests"
[ -n "$build" ] || build=$("$kernel" path patched)
tree=$(dirname "$build")
work=$cache/mutants/$(basename "$tree")-$(basename "$build")
mkdir -p "$work/killed"
exec 8>"$work/lock"
flock -n 8 || die "another run is at work in $work"

# A source tree and build directory to spoil; sources are links until they change.
copy() {
	[ ! -e "$work/copied" ] || return 0
	say COPY "$(basename "$tree"), 2 GB"
	rm -rf "$work/src"
	mkdir "$work/src"
	(cd "$tree" && find . -mindepth 1 -maxdepth 1 ! -name 'build-*' ! -name .git \
		! -path "./$(basename "$build")" -exec cp -al -t "$work/src" {} +)
	cp -a "$build" "$work/src/build"
	touch "$work/copied"
}

# Every file is as woven, or as it was before; what is unchanged keeps its time.
put() {
	cmp -s "$1" "$2" || { rm -f "$2"; cp "$1" "$2"; }
}

weave() {
	local path
	rm -rf "$work/woven"
	awk -v src="$tree" -v out="$work/woven" -f tests/mutants/weave.awk "${lists[@]}" >"$work/list"
	while read -r path; do
		[ -e "$work/woven/$path" ] || put "$tree/$path" "$work/src/$path"
	done < <(cat "$work/files" 2>/dev/null)
	sed -n 's/^file //p' "$work/list" >"$work/files"
	while read -r path; do
		put "$work/woven/$path" "$work/src/$path"
	done <"$work/files"
}

make_image() {
	local start=$SECONDS
	say KERNEL "with $(grep -c ^mutation "$work/list") mutations: building what changed"
	"$kernel" make "$work/src/build" Image >"$work/log" 2>&1 || {
		grep -E 'error|Error' "$work/log" >&2 || tail "$work/log" >&2
		die "the kernel does not build: $work/log"
	}
	say TIME "building: $((SECONDS - start)) s"
}

# boot NUMBER TEST...: the lab's output to $work/out
boot() {
	local number=$1
	shift
	tests/vm/lab -k "$work/src/build" -c maxsve -t "$limit" \
		-a "kvm-arm.mode=nested kvm_mutant=$number" -- /bin/nested "$@" >"$work/out" 2>&1
}

# What a verdict stands on: the kernel, the mutation, the tests
key_of() {
	{
		echo "$work"
		awk -v name="$1" '/^= / { mine = $2 == name } mine' "${lists[@]}"
		cat "$nested"
	} | sha256sum | cut -c1-16
}

unmutated() {
	local start=$SECONDS
	limit=900
	say BOOT "unmutated: every test that is to notice something"
	boot 0 $(awk '{ for (i = 4; i <= NF; i++) if (!seen[$i]++) print $i }' "$work/todo") ||
		echo "not ok $?" >>"$work/out"
	if grep '^not ok' "$work/out"; then
		die "the unmutated kernel is not green: $work/out"
	fi
	say TIME "unmutated: $((SECONDS - start)) s, $(grep -c '^ok' "$work/out") ok"
	# What hangs has to be given up some time: a mutation's tests are a part of these.
	limit=$((40 + SECONDS - start))
}

killed=0 survived=0
mutate() {
	local number=$1 name=$2 start=$SECONDS key by
	shift 2
	key=$(key_of "$name")
	if [ -z "$again" ] && [ "$(cat "$work/killed/$name" 2>/dev/null)" = "$key" ]; then
		killed=$((killed + 1))
		echo "ok $name: killed before"
	elif boot "$number" "$@"; then
		survived=$((survived + 1))
		echo "not ok $name: survived nested $* ($((SECONDS - start)) s)"
	else
		by=$(grep -m 1 '^not ok' "$work/out") || { cat "$work/out"; die "$name: no verdict"; }
		killed=$((killed + 1))
		echo "$key" >"$work/killed/$name"
		echo "ok $name: killed by ${by#not ok } ($((SECONDS - start)) s)"
	fi
}

# The mutations asked for, or all of them
choose() {
	local name
	grep '^mutation' "$work/list" >"$work/todo"
	[ $# -gt 0 ] || return 0
	for name; do
		grep "^mutation [0-9]* $name " "$work/list" || die "no mutation '$name'"
	done >"$work/todo"
}

copy
weave
choose "$@"
make_image
unmutated
while read -r _ number name tests; do
	mutate "$number" "$name" $tests </dev/null
done <"$work/todo"
echo "$killed killed, $survived survived"
[ "$survived" = 0 ]
