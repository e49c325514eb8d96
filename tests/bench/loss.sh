#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who loses events, and from which rate on: kvmmt record, perf record and trace-cmd
# record, each in its turn, over the same calls on this machine (load.bpf.c), with 16 MiB
# of buffers each. Then each of them and kvmmt-top under a storm of invalidations in the
# lab, and what kvmmt-top takes for 1,000 VMs of 16 vCPUs that are live. Prints tables,
# and items for bench.json to the file ITEMS. A loss that kvmmt does not tell to the last
# event fails the run.
#   loss.sh OUT-DIRECTORY ITEMS
# RATES, SECONDS_EACH and WHO choose less of the first table.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "$1")
items=$2
load=$out/bench/load/load
kvmmt=$out/bench/load/kvmmt
call=$(sed -n 's/^#define LOAD_CALL  *//p' "$here/load.h")
seconds=${SECONDS_EACH:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$here/item.sh"
command -v trace-cmd >/dev/null || apt-get install -q -y --no-install-recommends trace-cmd >/dev/null

die() { echo "loss.sh: $*" >&2; exit 1; }

# Each prints how many events it has of the load's; $1: its rate.
by_kvmmt() {
	local got lost
	"$kvmmt" record -q -m 16M -o "$work/data" -- "$load" "$1" $seconds 4 >"$work/sent" || return
	read -r got lost < <("$kvmmt" report --json "$work/data" |
		sed -n 's/.*"events":\([0-9]*\),"lost":\([0-9]*\).*/\1 \2/p')
	[ $((got + lost)) = "$(sent)" ] || die "kvmmt has $got events and tells of $lost lost, of $(sent)"
	echo "$got"
}
by_perf() {
	perf record -q -a -m 8M -e raw_syscalls:sys_enter --filter "id >= $call" -o "$work/data" -- \
		"$load" "$1" $seconds 4 >"$work/sent" 2>/dev/null || return
	perf script -F trace -i "$work/data" 2>/dev/null |
		awk -v call="$call" '$1 == "NR" && $2 >= call { n++ } END { print n + 0 }'
}
by_tracecmd() {
	trace-cmd record -q -b 8192 -e raw_syscalls:sys_enter -f "id >= $call" -o "$work/data" \
		"$load" "$1" $seconds 4 >"$work/sent" 2>/dev/null || return
	trace-cmd report -i "$work/data" 2>/dev/null | awk '/sys_enter:/ { n++ } END { print n + 0 }'
}
sent() { cut -d' ' -f1 "$work/sent"; }

printf '%-14s %12s %12s %12s %12s\n' recorder "wanted, 1/s" "done, 1/s" events lost
for who in ${WHO:-kvmmt perf tracecmd}; do
	without=0 worst=0
	for rate in ${RATES:-50000 100000 200000 400000 800000 0}; do
		if ! got=$(by_$who $rate); then
			echo "$who: cannot record on this machine"
			continue 2
		fi
		done=$(cut -d' ' -f2 "$work/sent")
		lost=$(($(sent) - got))
		printf '%-14s %12s %12s %12s %12s\n' "$who" "${rate/#0/all}" "$done" "$(sent)" "$lost"
		[ "$lost" -gt 0 ] || [ "$done" -le "$without" ] || without=$done
		# At the highest rates perf shows some tens of events more than there were.
		worst=$(awk -v a="$lost" -v b="$(sent)" 'BEGIN { printf "%.1f", (a > 0 ? 100 * a / b : 0) }')
		rm -rf "$work/data"*
	done
	item "record_lossless_per_second_$who" "$without" 1/s \
		"the fastest of 6 rates of a process on one CPU, of which none was lost; $seconds s, 16 MiB of buffers" >/dev/null
	item "record_lost_percent_$who" "$worst" % "lost of all the calls that the process can make" >/dev/null
done

# Events of the storm, its seconds, the watcher's CPU seconds, and what it says of losses.
peers=/peers/lib/aarch64-linux-gnu
peer="$peers/ld-linux-aarch64.so.1 --library-path $peers /peers/bin"
tp="-e kvm:kvm_s2_fault -e kvm:kvm_s2_invalidate"
storm() {
	"$here/../vm/lab" -t 400 -x "$out/bench/peers.cpio" -- /bin/storm 20 "$@" >"$work/lab" ||
		{ cat "$work/lab"; die "no storm"; }
	sed -n 's/^storm: \([0-9]*\) events in \([0-9.]*\) s, watcher \([0-9.]*\) s$/\1 \2 \3/p' "$work/lab"
}
lost_of() {
	case $1 in
	perf) sed -n 's/.*[Ll]ost \([0-9]*\) .*/\1/p' "$work/lab" ;;
	tracecmd) awk '/^ *(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }' "$work/lab" ;;
	*) sed -n 's/.* lost \([0-9]*\).*/\1/p' "$work/lab" | tail -1 ;;
	esac
}
how="the lab, 2 CPUs; 2 VMs whose VMMs take page after page, as fast as emulation goes"
printf '%-34s %10s %10s %10s %10s\n' "storm of invalidations, watched by" events 1/s lost "CPU, %"
for who in record top perf tracecmd; do
	case $who in
	record) words="/bin/kvmmt record -o /tmp/data" ;;
	top) words="/bin/kvmmt top -b -d 1" ;;
	perf) words="$peer/perf record -a $tp -o /tmp/data" ;;
	tracecmd) words="$peer/trace-cmd record $tp -o /tmp/data" ;;
	esac
	storm $words >"$work/storm"
	read -r events took cpu <"$work/storm"
	rate=$(awk "BEGIN { printf \"%.0f\", $events / $took }")
	share=$(awk "BEGIN { printf \"%.1f\", 100 * $cpu / $took }")
	lost=$(lost_of $who)
	printf '%-34s %10s %10s %10s %10s\n' "$who" "$events" "$rate" "${lost:-0}" "$share"
	item "storm_lost_$who" "${lost:-0}" events "$how" >/dev/null
	item "storm_cpu_percent_$who" "$share" % "of one CPU, emulated as the guests are; $how" >/dev/null
	item "storm_events_per_second_$who" "$rate" 1/s "$how" >/dev/null
done

# The first refresh after which there is nothing to wait for, and the rest.
"$load" 50000 60 1000 >/dev/null &
pid=$!
trap 'kill $pid; rm -rf "$work"' EXIT
sleep 1
screens() { # REFRESHES: milliseconds of CPU time of them, and peak MiB
	/usr/bin/env time -f '%U %S %M' -o "$work/cost" "$kvmmt" top -b -d 0.2 -n "$1" >"$work/screens"
	grep -q '^1000 VMs' "$work/screens" || die "kvmmt-top does not see 1000 VMs"
	awk '{ print ($1 + $2) * 1000, $3 / 1024 }' "$work/cost"
}
read -r few _ < <(screens 10)
read -r many mib < <(screens 110)
how="kvmmt top -b of 1,000 VMs of 16 vCPUs that have 50,000 faults a second, native; CPU time"
item screen_live_refresh_ms "$(awk "BEGIN { printf \"%.1f\", ($many - $few) / 100 }")" ms \
	"100 refreshes more, divided by 100; $how"
item screen_live_peak_mib "$(awk "BEGIN { printf \"%.1f\", $mib }")" MiB "of the process, with its BPF maps mapped; $how"
