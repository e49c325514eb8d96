#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make bench: instructions of a stage-2 fault under QEMU's -icount on one CPU,
# with tracing off, with kvmmt stat, and with the peers on the same tracepoint;
# each against the kernel without the tracepoint patches. Writes bench.json.
#   bench.sh OUT-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=$here/../vm/lab
out=$(realpath -m "$1")
n=4096
peers=/peers/lib/aarch64-linux-gnu
run_peer="$peers/ld-linux-aarch64.so.1 --library-path $peers /peers/bin"
how="instructions a fault, $n faults of 4 KiB over RAM, second sweep; QEMU -icount shift=0, 1 CPU, max"

"$here/peers.sh" "$out/bench/peers.cpio"

cost() { # KERNEL WATCHER...
	local kernel=$1
	shift
	"$lab" -i -t 600 -k "$kernel" -x "$out/bench/peers.cpio" -- /bin/fault-cost $n "$@" | tail -1
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

base=$(cost notrace)
off=$(cost patched)
stat=$(cost patched /bin/kvmmt stat -d 1)
top=$(cost patched /bin/kvmmt top -b -d 1)
exporter=$(cost patched /bin/kvmmt exporter --textfile /tmp/kvmmt.prom)
flight=$(cost patched /bin/kvmmt exporter --textfile /tmp/kvmmt.prom --record /tmp/flight)
script=$(cost patched /bin/kvmmt script)
perf=$(cost patched $run_peer/perf record -q -a -e kvm:kvm_s2_fault -o /tmp/perf.data)
tracecmd=$(cost patched $run_peer/trace-cmd record -q -e kvm:kvm_s2_fault -o /tmp/trace.dat)

row() { printf '%-34s %10s %8s\n' "$1" "$2" "$(ratio "$2" "$base")"; }
printf '%-34s %10s %8s\n' "one stage-2 fault" insns ratio
row "without the tracepoint patches" "$base"
row "with them, tracing off" "$off"
row "kvmmt stat" "$stat"
row "kvmmt-top" "$top"
row "kvmmt exporter" "$exporter"
row "kvmmt exporter --record" "$flight"
row "kvmmt script (to a file)" "$script"
row "perf record" "$perf"
row "trace-cmd record" "$tracecmd"

"$here/recording.sh" "$out" "$out/bench/recording.items"
"$here/scrape.sh" "$out" "$out/bench/scrape.items"

item() { printf '  {"name": "%s", "value": %s, "unit": "%s", "how": "%s"}' "$1" "$2" "$3" "$4"; }
against="$how; against the same series without its tracepoint patches"
{
	echo "["
	item s2_fault_insns "$base" instructions "$how; the series without its tracepoint patches"
	for pair in off:$off stat:$stat top:$top exporter:$exporter flight:$flight script:$script perf:$perf tracecmd:$tracecmd; do
		echo ","
		item "s2_fault_${pair%%:*}_ratio" "$(ratio "${pair#*:}" "$base")" ratio "$against"
	done
	cat "$out/bench/recording.items" "$out/bench/scrape.items"
	printf '\n]\n'
} >"$out/bench.json"
echo "  JSON     $out/bench.json"
