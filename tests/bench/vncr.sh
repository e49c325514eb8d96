#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a guest hypervisor pays to switch among K nested guests in turn, on one vCPU:
# on our kernel, on the same with one entry of the pseudo-TLB, and on Debian's stock
# 7.x. Prints a table, and items for bench.json to the file ITEMS. Exit status 1 if
# ours misses a limit, 2 if there is a figure missing.
#   vncr.sh ITEMS [KERNEL]     a VARIANT of the lab or a build directory
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
vm=$here/../vm
items=$1
ours=${2:-patched}
contexts="1 2 4 8"		# 1 first; not more than the pseudo-TLB has entries
n=1000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$items"

die() { echo "vncr.sh: $*" >&2; exit 2; }

# Lines "NAME MMU K walks operations instructions over-K=1", each per switch
boot() { # NAME KEYS LAB-ARGUMENT...
	local name=$1 keys=$2 programs=() k mmu
	shift 2
	for k in $contexts; do
		programs+=(${programs:+"+"} /bin/nested -k "$k" -n "$n" bench)
	done
	"$vm/lab" -i -c max48 -t 600 "$@" -- "${programs[@]}" >"$work/out" 2>&1 ||
		{ cat "$work/out"; die "$name: the run failed"; }
	awk -v name="$name" -v keys="$keys" '
		$1 != "bench" { next }
		{
			split("", v)
			for (i = 2; i <= NF; i++) {
				split($i, word, "=")
				v[word[1]] = word[2]
			}
			split(keys " k mmu switches ns walks", needed, " ")
			for (i in needed)
				if (v[needed[i]] == "") {
					print "vncr.sh: " name ": no " needed[i] " in: " $0 >"/dev/stderr"
					exit 1
				}
			ops = v["fixmap"] + v["unmapped"]
			for (key in v)
				if (key ~ /^s2_/)
					ops += v[key]
			insns = v["ns"] / v["switches"]
			if (v["k"] == 1)
				base[v["mmu"]] = insns
			printf "%s %s %d %.3f %.3f %.0f %.4f\n", name, v["mmu"], v["k"],
				v["walks"] / v["switches"], ops / v["switches"], insns,
				insns / base[v["mmu"]]
		}' "$work/out" >"$work/figures" || exit 2
	for k in $contexts; do
		for mmu in on off; do
			grep -q "^$name $mmu $k " "$work/figures" ||
				{ cat "$work/out"; die "$name: no figures for K = $k, L1's MMU $mmu"; }
		done
	done
	sort -k2,2r -k3,3n "$work/figures" >>"$work/all"
}

boot ours "fixmap unmapped" -k "$ours" -a kvm-arm.mode=nested
boot one "fixmap unmapped" -k "$ours" -a "kvm-arm.mode=nested kvm.vncr_entries=1"
if "$vm/upstream.sh" path >/dev/null 2>&1 || "$vm/upstream.sh" fetch; then
	upstream=$(basename "$("$vm/upstream.sh" path)")
	boot upstream fixmap -k upstream -a kvm-arm.mode=nested
else
	echo "skip vncr.sh: Debian's 7.x kernel is not to be had: no figures with _upstream"
fi

awk -v upstream="${upstream:-}" '
	BEGIN {
		what["ours"] = "ours, 8 entries"
		what["one"] = "ours, limited to one entry"
		what["upstream"] = upstream
		printf "%-28s %-4s %2s %7s %10s %8s %8s\n", "a switch among K L2s", "MMU", "K",
			"walks", "fixmap/TLB", "insns", "of K=1"
	}
	{ printf "%-28s %-4s %2d %7.3f %10.3f %8d %8s\n", what[$1], $2, $3, $4, $5, $6, $7 }' "$work/all"

how="a switch; $n switches in turn among K nested guests that nest, after 4 rounds; QEMU -icount shift=0, 1 CPU, max48"
awk -v how="$how" -v upstream="${upstream:-}" '
	function item(figure, value, unit, more) {
		printf ",\n  {\"name\": \"vncr_%s_per_switch_k%d%s%s\", \"value\": %s, \"unit\": \"%s\", \"how\": \"%s %s%s%s\"}",
			figure, $3, $2 == "off" ? "_mmu_off" : "", suffix[$1], value, unit, more, how,
			kernel[$1], $2 == "off" ? "; the guest hypervisor has its MMU off" : ""
	}
	BEGIN {
		suffix["one"] = "_one"
		suffix["upstream"] = "_upstream"
		kernel["one"] = "; kvm.vncr_entries=1"
		kernel["upstream"] = "; Debian " upstream
	}
	{
		item("walks", $4, "walks", "VNCR aborts (kvm_handle_vncr_abort) of")
		item("fixmap_ops", $5, "operations",
			"__set_fixmap, unmapped entries and stage-2 TLB invalidations of")
		item("insns", $6, "instructions", "the vCPU thread in")
	}' "$work/all" >>"$items"

awk '
	function miss(what) {
		print "not ok vncr: K = " $3 ", MMU " $2 ": " what
		missed = 1
	}
	# With one entry there must be walks to count, or nothing was shown.
	$1 == "one" && $3 > 1 && ($4 < 0.9 || $5 < 0.9) { miss("one entry, but hardly a walk was counted") }
	$1 != "ours" { next }
	$4 > 0 { miss($4 " walks a switch; none is allowed") }
	$5 > 0.1 { miss($5 " fixmap operations or host TLB invalidations a switch; the limit is 0.1") }
	$7 > 1.02 { miss($6 " instructions, " $7 " of those at K = 1; the limit is 1.02") }
	END {
		if (!missed)
			print "ok vncr: no walk, instructions within 2 % of K = 1, at most 0.1 fixmap operations or TLB invalidations"
		exit missed
	}' "$work/all"
