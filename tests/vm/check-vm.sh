#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check-vm: the tests in the lab, cheap to dear. Prints ok, not ok, skip lines.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=$here/lab
table=(-f "$here/s2.table")
# How many boots at a time: one keeps a CPU busy, and now and then two.
lanes=$((($(nproc) + 1) / 2 + 1))
[ "$(nproc)" = 1 ] && lanes=1
dir=$(mktemp -d)
started=0 shown=0
# Each in a process group of its own, so that all of it can be ended.
set -m
trap 'for job in $(jobs -rp); do kill -- "-$job"; done; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# What is done, in the order in which it was begun.
show() {
	while [ -e "$dir/$shown.done" ]; do
		cat "$dir/$shown"
		shown=$((shown + 1))
	done
}

# run COMMAND...: beside the others; what it prints comes later
run() {
	local n=$started
	started=$((started + 1))
	while [ "$(jobs -rp | wc -l)" -ge "$lanes" ]; do
		wait -n
		show
	done
	lane "$n" "$@" </dev/null &
}

lane() {
	local n=$1 status=0
	shift
	"$@" >"$dir/$n" 2>&1 || status=$?
	[ "$status" = 0 ] || grep -q '^not ok' "$dir/$n" || echo "not ok $1: exit status $status" >>"$dir/$n"
	touch "$dir/$n.done"
}

all_done() {
	wait
	show
}

boot() { echo "  LAB      $1"; run one_boot "$@"; }
expect() { run one_expect "$@"; }

# boot NAME LAB-ARGUMENTS: results of one boot, with the boot's name in each line
one_boot() {
	local name=$1 status=0 start=$SECONDS out
	shift
	out=$("$lab" "$@" 2>&1) || status=$?
	echo "  TIME     $name: $((SECONDS - start)) s"
	sed -E "s/^(ok|not ok|skip) /\1 [$name] /" <<<"$out"
	[ "$status" = 0 ] || grep -q '^not ok' <<<"$out" || echo "not ok [$name] exit status $status"
}

# expect NAME PATTERN STATUS LAB-ARGUMENTS: the boot prints PATTERN and ends with STATUS
one_expect() {
	local name=$1 pattern=$2 want=$3 status=0 out
	shift 3
	out=$("$lab" "$@" 2>&1) || status=$?
	if grep -q -- "$pattern" <<<"$out" && [ "$status" = "$want" ]; then
		echo "ok $name"
	else
		echo "not ok $name: exit status $status, no '$pattern' in:"
		echo "$out"
	fi
}

# What make demo-record does: a recording comes out of the lab and is read here.
recorded() {
	local data why
	data=$(mktemp)
	one_expect "lab: a recording comes out of it" "events" 0 -o "$data" -- \
		/bin/kvmmt record -o /tmp/out -- /bin/stage2 work
	if why=$("$here/../../${O:-.output}/native/kvmmt" report -a 'events>0 && lost==0' "$data" 2>&1); then
		echo "ok lab: which can be read outside"
	else
		echo "not ok lab: which can be read outside: $why"
	fi
	rm -f "$data"
}

under_systemd() {
	"$here/systemd.sh" "$dir/systemd.cpio" && one_boot "exporter systemd" -t 300 -c neoverse-n1 -x "$dir/systemd.cpio" \
		-a rdinit=/usr/lib/systemd/systemd -- /bin/exporter systemd
}

run "$here/btf.sh"

# The lab itself: it must notice what it is there to notice.
expect "lab: a WARN fails the run" "the kernel complains" 1 -- /bin/stage2 warn
expect "lab: a hang is a timeout that names the program" "timeout after 8 s in /bin/stage2" 1 \
	-t 8 -- /bin/stage2 hang

# The tool's refusals.
expect "kvmmt: a kernel without tracepoints" "none of the kvm_s2_\* tracepoints" 1 \
	-k stock -- /bin/kvmmt stat
expect "kvmmt: not root" "run as root, or with CAP_BPF" 1 -- /bin/as-nobody /bin/kvmmt stat
expect "kvmmt: no BTF" "/sys/kernel/btf/vmlinux: cannot be read" 1 -- /bin/without-btf /bin/kvmmt top -b
expect "kvmmt: slots, not root" "run as root, or with CAP_BPF" 1 -- /bin/as-nobody /bin/kvmmt slots
expect "kvmmt: --vm that matches nothing" "no VM has this name or pid" 1 -- /bin/kvmmt stat --vm nobody
expect "kvmmt: --vm with a COMMAND" "those that COMMAND makes are not watched" 1 -- \
	/bin/kvmmt record --vm nobody -- /bin/stage2 work
expect "kvmmt: features" "kvmmt can watch this host" 0 -- /bin/kvmmt features
expect "kvmmt: features of a lesser host" "^FWB  *no" 0 -c neoverse-n1 -- /bin/kvmmt features

expect "kvmmt: exporter --check" "attached to [1-9] of [1-9] tracepoints" 0 -- /bin/kvmmt exporter --check
expect "kvmmt: exporter --check of a textfile" "textfile /proc/a.prom: " 1 -- /bin/kvmmt exporter --check \
	--textfile /proc/a.prom
expect "kvmmt: exporter without privileges" "run as root, or with CAP_BPF" 1 -- /bin/as-nobody /bin/kvmmt exporter

expect "kvmmt: lockdown: what cannot be told is said" "refusals are told without slot and file" 0 \
	-a lockdown=confidentiality -- /bin/kvmmt exporter --check
expect "kvmmt: lockdown: slots" "memslots cannot be read" 1 -a lockdown=confidentiality -- /bin/kvmmt slots
expect "kvmmt: lockdown: the rest is there" "327[67][0-9] events  lost 0" 0 \
	-a lockdown=confidentiality -- /bin/storm 1 /bin/kvmmt record -o /tmp/data

run recorded
small="/bin/blocks + /bin/silicon emulated 200 + /bin/stage2 cow + /bin/stage2 counts + /bin/stage2 poisoned + /bin/stage2 filter + /bin/stage2 race 40 + /bin/stage2 loss + /bin/slots"
boot "patched max" -t 300 "${table[@]}" -- /bin/s2table + ${small/blocks/blocks 100000}
boot "patched max recordings" -t 300 -- /bin/recordings
# Without VHE struct kvm is from the slab, and addresses come back at once.
boot "patched max nvhe" -a kvm-arm.mode=nvhe -- /bin/stage2 reuse + /bin/stage2 counts
boot "patched max mte" -t 400 -M mte=on -- /bin/stage2 mte + /bin/stage2 leak 20000
boot "patched neoverse-n1" -t 300 -c neoverse-n1 "${table[@]}" -- /bin/s2table + $small + /bin/stage2 leak 100000 unsafe
boot "patched neoverse-v1" -t 300 -c neoverse-v1 "${table[@]}" -- /bin/s2table + $small
boot "stock max" -k stock "${table[@]}" -- /bin/s2table stock + /bin/slots 2 live
boot "stock neoverse-n1" -k stock -c neoverse-n1 "${table[@]}" -- /bin/s2table stock
expect "stock: splitting a block forgets its memory type" \
	"not ok blocks: nGnRE: the pages are of its type" 1 -k stock -- /bin/blocks
expect "stock: the touched page of a DAX block stays taken" \
	"not ok blocks: dax: the page that was touched is released" 1 -k stock -- /bin/blocks
# A fault takes these kernels milliseconds: what is about the kernel, and few rounds of it.
debug="/bin/s2table + /bin/blocks + /bin/silicon emulated 5 + /bin/stage2 cow"
boot "debug max" -k debug -t 900 "${table[@]}" -- $debug + /bin/stage2 counts + /bin/stage2 race 20 + /bin/stage2 leak 100
boot "debug max slots" -k debug -t 900 -- /bin/slots 5
boot "debug neoverse-n1" -k debug -c neoverse-n1 -t 900 "${table[@]}" -- $debug
boot "exporter neoverse-n1" -t 300 -c neoverse-n1 -- /bin/exporter
# A tracer stops it twice at each system call.
boot "exporter hardened" -t 600 -c neoverse-n1 -- /bin/exporter hardened
echo "  LAB      exporter systemd"
run under_systemd
boot "exporter vfio" -t 300 -c neoverse-n1 -- /bin/exporter vfio
boot "exporter soak" -t 300 -- /bin/exporter soak 30
boot "exporter lockdown" -c neoverse-n1 -a lockdown=confidentiality -- /bin/exporter lockdown
boot "exporter debug" -k debug -t 600 -- /bin/exporter storms
boot "exporter nested" -t 200 -a kvm-arm.mode=nested -- /bin/exporter nested
nested="/bin/nested registers isolation switch regime reuse address hcr stage2 ipas2 at split resumed untold late execute wide device interrupts restore refused faults vcpus running forms sizes ranges"
nested+=" races overtaken userspace reset + /bin/nested taken moved readonly outside dirty logged tables shadow released lazyfree poisoned"
# STRESS: a seed, which also says L1's granule, batches, and microseconds between two of
# the host's pulls, for some dozen of them.
nested+=" + /bin/nested STRESS stress + /bin/nested -n 8 fuzz"
run "$here/nested-counts.sh"
# A kernel with lockdep is too slow to come between a walk and its end by chance.
boot "patched nested" -t 400 -a kvm-arm.mode=nested -- ${nested/STRESS/-s 3 -n 10 -p 20000} + /bin/nested pulled
boot "patched nested sve" -c maxsve -a kvm-arm.mode=nested -- /bin/nested vectors
boot "patched nested mte" -M mte=on -a kvm-arm.mode=nested -- /bin/nested refused
boot "debug nested" -k debug -t 900 -a kvm-arm.mode=nested -- ${nested/STRESS/-s 2 -n 8 -p 1000000}
# Alerts have their times: these alone.
all_done
run "$here/alerts.sh"
all_done
! grep -q '^not ok' "$dir"/*
