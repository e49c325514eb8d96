#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What recordings cost: bytes an event in the lab beside perf record, and natively
# how fast and in how much memory kvmmt reads one beside perf script. Prints a
# table, and items for bench.json to the file ITEMS.
#   recording.sh OUT-DIRECTORY ITEMS [EVENTS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "$1")
items=$2
events=${3:-50000000}
kvmmt=$out/native/kvmmt
peers=/peers/lib/aarch64-linux-gnu
perf="$peers/ld-linux-aarch64.so.1 --library-path $peers /peers/bin/perf"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$items"

item() { # NAME VALUE UNIT HOW
	[[ $2 =~ ^[0-9.]+$ ]] || { echo "recording.sh: no figure for $1" >&2; exit 1; }
	printf ',\n  {"name": "%s", "value": %s, "unit": "%s", "how": "%s"}' "$@" >>"$items"
	printf '%-34s %12s %s\n' "$1" "$2" "$3"
}

# CPU seconds and peak KiB of a command
cost() { /usr/bin/env time -f '%U %S %M' -o "$work/cost" "$@" >/dev/null 2>&1; }
rate() { awk -v n="$1" '{ printf "%.0f", n / ($1 + $2) }' "$work/cost"; }

tp="-e kvm:kvm_s2_fault -e kvm:kvm_s2_slot -e kvm:kvm_s2_invalidate"
"$here/../vm/lab" -t 300 -x "$out/bench/peers.cpio" -- \
	/bin/kvmmt record -m 64M -o /tmp/kvmmt.data -- /bin/stage2 burst + \
	/bin/kvmmt report --json -i /tmp/kvmmt.data + \
	$perf record -a $tp -o /tmp/perf.data /bin/stage2 burst >"$work/lab"
nr=$(sed -n 's/.*"events":\([0-9]*\).*/\1/p' "$work/lab")
bytes=$(sed -n 's/.*(\([0-9]*\) bytes).*/\1/p' "$work/lab")
how="a guest that writes 16384 pages of 4 KiB once, all three stage-2 tracepoints; the whole file"
item record_bytes_per_event "$(awk -v b="$bytes" -v n="$nr" 'BEGIN { printf "%.2f", b / n }')" bytes "$how"
sed -n 's/.*Captured and wrote \([0-9.]*\) MB .* (\([0-9]*\) samples).*/\1 \2/p' "$work/lab" >"$work/perf"
item perf_bytes_per_event "$(awk '{ printf "%.1f", $1 * 1048576 / $2 }' "$work/perf")" bytes \
	"perf record -a of the same guest"

"$out/bench/synth" "$work/data" "$events" >"$work/synth"
how="of CPU time; a made-up recording of $events events of 4 VMs, 4 vCPUs each"
cost "$kvmmt" report "$work/data"
item report_events_per_second "$(rate "$events")" 1/s "$how"
item report_peak_mib "$(awk '{ printf "%.1f", $3 / 1024 }' "$work/cost")" MiB "kvmmt report of the same"
cost "$kvmmt" script -i "$work/data"
script=$(rate "$events")
item script_events_per_second "$script" 1/s "$how"
item script_peak_mib "$(awk '{ printf "%.1f", $3 / 1024 }' "$work/cost")" MiB "kvmmt script of the same"

if ! perf record -q -e raw_syscalls:sys_enter -m 16M -o "$work/perf.data" \
	dd if=/dev/zero of=/dev/null bs=1 count=500000 2>/dev/null; then
	echo "script_vs_perf_ratio: skipped, perf cannot record here"
	exit 0
fi
cost perf script -i "$work/perf.data"
perf=$(rate "$(perf script -i "$work/perf.data" 2>/dev/null | wc -l)")
item perf_script_events_per_second "$perf" 1/s \
	"of CPU time; perf script of 1,000,000 raw_syscalls:sys_enter, the same machine"
item script_vs_perf_ratio "$(awk -v a="$script" -v b="$perf" 'BEGIN { printf "%.1f", a / b }')" ratio \
	"kvmmt script to perf script, lines a second of CPU time"
