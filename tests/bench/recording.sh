#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What recordings cost: bytes an event in the lab beside perf record, and natively
# how fast and in how much memory kvmmt reads one beside perf script (8 GB of disk). Prints a
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
work=$(mktemp -d -p "$out/bench")
trap 'rm -rf "$work"' EXIT
. "$here/item.sh"

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

# The same guest for both, recorded in the lab and read here: a line for each fault. perf's
# samples are repeated until there are as many: the guest takes an hour to make them.
record() { # NAME ROUNDS RECORDER...
	local name=$1 rounds=$2
	shift 2
	"$here/../vm/lab" -t 900 -x "$out/bench/peers.cpio" -o "$work/$name.data" -- \
		"$@" -o /tmp/out -- /bin/stage2 burst "$rounds" >"$work/lab" || { cat "$work/lab"; exit 1; }
}
# The lines of faults that a command prints, and what it costs
lines() {
	/usr/bin/env time -f '%U %S %M' -o "$work/cost" "$@" 2>/dev/null |
		awk 'index($0, "s2_fault:") { n++ } END { print n + 0 }'
}
record kvmmt 40 /bin/kvmmt record -q -m 64M -k s2_fault
record perf 20 $perf record -q -a -m 32M -e kvm:kvm_s2_fault
samples=$("$out/bench/longer" "$work/perf.data" "$work/long.data" "$events")
how="of CPU time; a guest's faults from the lab, a line each"
n=$(lines "$kvmmt" script -i "$work/kvmmt.data")
kvmmt_rate=$(rate "$n")
item script_lab_events_per_second "$kvmmt_rate" 1/s "kvmmt script, $how, $n of them"
# What is traced while a vCPU is loaded is the guest's to perf, which it leaves out without this.
mkdir "$work/guests"
n=$(lines perf script --guestmount="$work/guests" -i "$work/long.data")
[ "$n" = "$samples" ] || { echo "recording.sh: perf script shows $n of $samples samples" >&2; exit 1; }
perf_rate=$(rate "$n")
item perf_script_events_per_second "$perf_rate" 1/s "perf script, $how, repeated to $n of them"
item perf_script_peak_mib "$(awk '{ printf "%.1f", $3 / 1024 }' "$work/cost")" MiB "perf script of the same"
vs_perf=$(awk -v a="$kvmmt_rate" -v b="$perf_rate" 'BEGIN { printf "%.1f", a / b }')
item script_vs_perf_ratio "$vs_perf" ratio \
	"kvmmt script to perf script over kvm_s2_fault of the same guest, lines a second of CPU time"
awk -v r="$vs_perf" 'BEGIN { exit r < 10 }' ||
	{ echo "recording.sh: kvmmt script is $vs_perf times as fast as perf script, not 10" >&2; exit 1; }
