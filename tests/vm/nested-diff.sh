#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The same scripted guest hypervisor on two kernels: every result that it and its L2s
# see, compared. Differences must be among those explained in nested.deviations.
#   nested-diff.sh [KERNEL]     ours: a VARIANT of the lab or a build directory
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ours=${1:-patched}
# What needs a vGIC or our module, moves pages by chance, or is random, is not compared.
tests="registers isolation switch regime reuse address hcr faults taken readonly dirty stage2"
tests+=" ipas2 execute at vcpus shadow lazyfree userspace forms sizes ranges"
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "$here/upstream.sh" path >/dev/null 2>&1 && ! "$here/upstream.sh" fetch; then
	echo "skip nested-diff: Debian's 7.x kernel is not to be had"
	exit 0
fi

# Upstream's KVM has its own WARNs, which its guests can cause; the tests must end well.
ended() { # NAME STATUS
	[ "$2" = 0 ] || { [ "$1" = upstream ] && grep -q '^not ok lab: the kernel complains' "$work/out" &&
		! grep -q '^not ok nested' "$work/out"; }
}

# One boot for each test: what a test leaves behind is not compared.
results() { # NAME LAB-ARGUMENT...
	local name=$1 t
	shift
	for t in $tests; do
		"$here/lab" -t 600 -s 1 -a kvm-arm.mode=nested "$@" -- /bin/nested -v "$t" >"$work/out" 2>&1
		ended "$name" $? || { echo "not ok nested-diff: $t on $name:"; grep '^not ok' "$work/out"; failed=1; }
		sed -n 's/^= nested //p' "$work/out" >>"$work/$name"
	done
}

results upstream -k upstream -c max48
results ours -k "$ours"
n=$(wc -l <"$work/ours")
if [ "$n" = 0 ] || [ "$n" != "$(wc -l <"$work/upstream")" ]; then
	echo "not ok nested-diff: $n results on ours, $(wc -l <"$work/upstream") on upstream"
	diff "$work/upstream" "$work/ours" | head -20
	exit 1
fi
paste -d'|' "$work/upstream" "$work/ours" | awk -F'|' '$1 != $2 { print $1 " -> " $2 }' >"$work/differ"
grep -v '^#' "$here/nested.deviations" >"$work/known"
grep -vEf "$work/known" "$work/differ" >"$work/unknown"
if [ -s "$work/unknown" ]; then
	echo "not ok nested-diff: differences that nobody has explained:"
	cat "$work/unknown"
	exit 1
fi
[ $failed = 0 ] || exit 1
echo "ok nested-diff: $n results agree but for $(wc -l <"$work/differ") explained in nested.deviations"
