#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a VM that does not nest pays for nested virtualization being there: a stage-2
# fault's instructions on our kernel and on one of the first series, on a host that
# does not offer nesting and on one that does. Prints a table, and items for bench.json
# to the file ITEMS.
#   without-nesting.sh ITEMS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
items=$1
: >"$items"

compare() { # NAME WHERE APPEND
	local was is ratio
	was=$("$here/fault-cost.sh" -k first -a "$3" --)
	is=$("$here/fault-cost.sh" -k patched -a "$3" --)
	ratio=$(awk -v a="$is" -v b="$was" 'BEGIN { printf "%.4f", a / b }')
	printf '%-34s %10s %10s %8s\n' "$2" "$was" "$is" "$ratio"
	printf ',\n  {"name": "%s", "value": %s, "unit": "ratio", "how": "%s"}' "$1" "$ratio" \
		"instructions a fault, tracing off, of a VM that does not nest, $2; 4096 faults of 4 KiB over RAM, second sweep; QEMU -icount shift=0, 1 CPU, max; against the first series" >>"$items"
}

printf '%-34s %10s %10s %8s\n' "one fault of a VM that does not nest" before now ratio
compare s2_fault_insns_vs_first_series "host without nesting" ""
compare s2_fault_insns_vs_first_series_nv "host with kvm-arm.mode=nested" kvm-arm.mode=nested
