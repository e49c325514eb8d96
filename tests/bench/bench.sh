#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make bench: instructions of a stage-2 fault under QEMU's -icount on one CPU,
# with tracing off, with kvmmt stat, and with the peers on the same tracepoint;
# each against the series up to its first tracepoint. Then what recordings cost,
# what nested guests cost, and what a VM without any pays for them. Writes bench.json;
# exit status 1 if a limit is missed. docs/bench.md has the figures.
#   bench.sh OUT-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "$1")
peers=/peers/lib/aarch64-linux-gnu
run_peer="$peers/ld-linux-aarch64.so.1 --library-path $peers /peers/bin"
how="instructions a fault, 4096 faults of 4 KiB over RAM, second sweep; QEMU -icount shift=0, 1 CPU, max"

"$here/peers.sh" "$out/bench/peers.cpio"

cost() { # KERNEL WATCHER...
	local kernel=$1
	shift
	"$here/fault-cost.sh" -k "$kernel" -x "$out/bench/peers.cpio" -- "$@"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

base=$(cost notrace)
off=$(cost patched)
stat=$(cost patched /bin/kvmmt stat -d 1)
top=$(cost patched /bin/kvmmt top -b -d 1)
exporter=$(cost patched /bin/kvmmt exporter --textfile /tmp/kvmmt.prom)
flight=$(cost patched /bin/kvmmt exporter --textfile /tmp/kvmmt.prom --record /tmp/flight)
record=$(cost patched /bin/kvmmt record -q -o /tmp/kvmmt.data)
script=$(cost patched /bin/kvmmt script)
perf=$(cost patched $run_peer/perf record -q -a -e kvm:kvm_s2_fault -o /tmp/perf.data)
tracecmd=$(cost patched $run_peer/trace-cmd record -q -e kvm:kvm_s2_fault -o /tmp/trace.dat)

row() { printf '%-34s %10s %8s\n' "$1" "$2" "$(ratio "$2" "$base")"; }
printf '%-34s %10s %8s\n' "one stage-2 fault" insns ratio
row "before the first tracepoint patch" "$base"
row "the whole series, tracing off" "$off"
row "kvmmt stat" "$stat"
row "kvmmt-top" "$top"
row "kvmmt exporter" "$exporter"
row "kvmmt exporter --record" "$flight"
row "kvmmt record" "$record"
row "kvmmt script (to a file)" "$script"
row "perf record" "$perf"
row "trace-cmd record" "$tracecmd"

"$here/recording.sh" "$out" "$out/bench/recording.items"
"$here/loss.sh" "$out" "$out/bench/loss.items"
"$here/scrape.sh" "$out" "$out/bench/scrape.items"
"$here/screens.sh" "$out" "$out/bench/screens.items"
"$here/without-nesting.sh" "$out/bench/without-nesting.items"
status=0
"$here/vncr.sh" "$out/bench/vncr.items" || status=$?
[ "$status" -le 1 ] || exit "$status"

item() { printf '  {"name": "%s", "value": %s, "unit": "%s", "how": "%s"}' "$1" "$2" "$3" "$4"; }
against="$how; against the series up to its first tracepoint"
{
	echo "["
	item s2_fault_insns "$base" instructions "$how; the series up to its first tracepoint"
	for pair in off:$off stat:$stat top:$top exporter:$exporter flight:$flight record:$record script:$script perf:$perf tracecmd:$tracecmd; do
		echo ","
		item "s2_fault_${pair%%:*}_ratio" "$(ratio "${pair#*:}" "$base")" ratio "$against"
	done
	cat "$out"/bench/{recording,loss,scrape,screens,without-nesting,vncr}.items
	printf '\n]\n'
} >"$out/bench.json"
echo "  JSON     $out/bench.json"
exit "$status"
