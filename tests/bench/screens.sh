#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a refresh of kvmmt-top costs with 1,000 VMs of 16 vCPUs each, all busy: plain
# ones, and guest hypervisors with a VNCR pseudo-TLB in each vCPU; and how long it takes to
# be elsewhere in a long recording. Prints a table, and items for bench.json to the file ITEMS.
#   screens.sh OUT-DIRECTORY ITEMS
set -euo pipefail
out=$(realpath -m "$1")
items=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/item.sh"

measure() { # NAME NESTED WHAT
	local sample keep draw first slowest mib how
	"$out/bench/synth" "$work/data" 5000000 1000 16 "$2" >/dev/null
	read -r sample keep draw first slowest mib < <("$out/bench/screens" "$work/data" 60 200 2>/dev/null)
	how="CPU time; 1,000 $3 of 16 vCPUs, 50,000 events of them between two refreshes, 200x60"
	item "$1_refresh_ms" "$(awk "BEGIN { print $sample + $keep + $draw }")" ms "$how; average"
	item "$1_first_ms" "$first" ms "the first of them, which meets all VMs"
	item "$1_slowest_ms" "$slowest" ms "the slowest of 99 after it"
	item "$1_draw_ms" "$draw" ms "the part that draws; the others read counters and keep them for T"
	item "$1_peak_mib" "$mib" MiB "of the process, with 100 refreshes kept for T"
}

measure screen 0 VMs
measure screen_nested 8 "guest hypervisors"

"$out/bench/synth" "$work/data" 20000000 4 4 0 14400 >/dev/null
read -r first back jump slowest mib < <("$out/bench/seek" "$work/data" 2>/dev/null)
how="CPU time; a recording of 4 hours and 20 million events of 4 VMs, in steps of a second"
item seek_first_ms "$first" ms "$how; the first jump to its end, which reads all of it"
item seek_back_ms "$back" ms "then a step back, on average of 20 from the end"
item seek_jump_ms "$jump" ms "a jump to anywhere, on average of 50"
item seek_slowest_ms "$slowest" ms "the slowest of them"
item seek_peak_mib "$mib" MiB "of the process"
