#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The commands that read recordings: one of format version 1 that stays as it is
# shows what it always showed, and other programs open what is exported.
#   recordings.sh KVMMT ODD
kvmmt=$1
cases=tests/cases
export TZ=UTC
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
odd=$work/odd.kvmmt
"$2" "$odd" && "$2" "$work/crowd" crowd && "$2" "$work/storm" storm && "$2" "$work/memory" memory && "$2" "$work/names" names || exit 1

check() { # NAME COMMAND...
	local name=$1 why
	shift
	if why=$("$@" 2>&1); then
		echo "ok recordings: $name"
	else
		echo "not ok recordings: $name: $why"
		failed=1
	fi
}

same() { # FILE WORDS...: kvmmt prints FILE
	local file=$1
	shift
	diff "$file" <("$kvmmt" "$@" 2>&1)
}

exits() { # STATUS WORDS...
	local want=$1 out got
	shift
	out=$("$kvmmt" "$@" 2>&1)
	got=$?
	[ $got = "$want" ] || { echo "exit status $got: $out"; return 1; }
}

lines() { # NUMBER COMMAND...
	local want=$1 got
	shift
	got=$("$@" 2>&1 | wc -l)
	[ "$got" = "$want" ] || { echo "$got lines"; return 1; }
}

damaged() { # what is said of a cut file
	head -c 3000 $cases/v1.kvmmt >"$work/cut"
	"$kvmmt" report "$work/cut" 2>&1 | grep -q 'still being written, or cut off'
}

# A frame that a later kvmmt writes between the two that are there
later() {
	python3 -c 'import struct, sys, zlib
file = open(sys.argv[1], "rb").read()
end = 44 + struct.unpack_from("<I", file, 8)[0]
header = struct.pack("<4sIIIIIQQ", b"KVMR", 99, 3, 3, 0, zlib.crc32(b"new"), 0, 0)
frame = header + struct.pack("<I", zlib.crc32(header)) + b"new"
open(sys.argv[2], "wb").write(file[:end] + 2 * frame + file[end:])' $cases/v1.kvmmt "$work/later"
	"$kvmmt" report "$work/later" 2>"$work/said" | diff $cases/v1.report - &&
		[ "$(cat "$work/said")" = "kvmmt report: $work/later: skipped 2 frames of kinds this kvmmt does not know" ]
}

# Two VMs of one process stay apart, and both say which process it is.
twins() {
	"$kvmmt" export -f chrome -o "$work/twins" "$odd" &&
		python3 -c 'import json, sys
events = json.load(open(sys.argv[1]))["traceEvents"]
named = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
assert named == {0: "lost events", 1: "twin (pid 1000)", 2: "twin (pid 1000)"}, named
faults = [e["pid"] for e in events if e["name"] == "s2_fault"]
assert (faults.count(1), faults.count(2)) == (21, 21), faults
counters = {e["pid"] for e in events if e["ph"] == "C"}
assert counters == {1, 2}, counters' "$work/twins"
}

# A hostname that could end its string
quoted() {
	"$kvmmt" export -f ctf -o "$work/odd-ctf" "$odd" &&
		grep -qF 'hostname = "odd\\host_";' "$work/odd-ctf/metadata" &&
		babeltrace2 "$work/odd-ctf" >/dev/null
}

drawn() {
	grep -q 'fill="#0072b2" opacity' "$work/vm.svg" && grep -q '>0x0</text>' "$work/vm.svg"
}

# A refused memslot's row and box, a refused fault, and both losses; of VM A alone
marked() {
	"$kvmmt" heatmap -o "$work/odd.svg" "$odd" &&
		python3 -c 'import sys, xml.dom.minidom as m
svg = m.parse(sys.argv[1])
words = {t.firstChild.data for t in svg.getElementsByTagName("text")}
assert {"memslot refused", "events lost", "0x80000000", "0.010 s", "1.255 s", "2.500 s"} <= words, words
bands = [r for r in svg.getElementsByTagName("rect") if r.getAttribute("fill") == "#f0e442"]
# One in the legend, one of the first loss: the second is after the last event of this VM.
assert len(bands) == 2, len(bands)
red = [l for l in svg.getElementsByTagName("path") if l.getAttribute("stroke") == "#d55e00"]
assert len(red) == 2 * 2 + 2 * 6, len(red)' "$work/odd.svg"
}

# One time alone, from the part's beginning
moment() {
	"$kvmmt" heatmap --from 1.1 --to 1.3 -o - "$odd" | grep -o '>[0-9.]* s<' | diff <(echo '>0.100 s<') -
}

# Twice as large as the SVG: for screens of today
png() {
	python3 -c 'import struct, sys, xml.dom.minidom as m
svg, png = m.parse(sys.argv[1]).documentElement, open(sys.argv[2], "rb").read()
size = struct.unpack(">II", png[16:24])
wanted = tuple(2 * int(svg.getAttribute(k)) for k in ("width", "height"))
assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[-8:-4] == b"IEND", "no PNG"
assert size == wanted, f"{size}, not {wanted}"
assert len(png) > 20000, "hardly anything is in it"' "$work/vm.svg" "$work/vm.png"
}

# Not from itself, but from what is left when it is cut.
differs() {
	[ "$("$kvmmt" diff $cases/v1.kvmmt $cases/v1.kvmmt | wc -l)" = 1 ] &&
		head -c 3000 $cases/v1.kvmmt >"$work/cut" &&
		"$kvmmt" diff $cases/v1.kvmmt "$work/cut" 2>/dev/null | grep -q '^events  *600  *0 *-100.0%'
}

# Whole numbers, and times with their unit
units() {
	"$kvmmt" diff -a "$odd" "$odd" | grep -qE '^vncr_walk_times +2.05us +2.05us +\+0.0%$' &&
		"$kvmmt" diff -a "$odd" "$odd" | grep -qE '^seconds +4.000000s +4.000000s +\+0.0%$' &&
		"$kvmmt" diff -a "$odd" "$odd" | grep -qE '^mapped_bytes +172032B +172032B' &&
		"$kvmmt" diff -j "$odd" $cases/v1.kvmmt |
			grep -qF '{"name":"mapped_bytes","unit":"bytes","a":172032,"b":'
}

says() { # PATTERN WORDS...
	local pattern=$1 out
	shift
	out=$("$kvmmt" "$@" 2>&1)
	grep -qxe "$pattern" <<<"$out" || { echo "$out"; return 1; }
}

# A line with its time above each table; what was lost is told when it grows.
tables() {
	"$kvmmt" stat "$odd" >"$work/tables" 2>"$work/losses"
	[ "$(grep -nE '^$|s$' "$work/tables" | tr '\n' ' ')" = \
		"1:1.000 s 5: 6:2.000 s 10: 11:3.000 s 15: 16:total of 4.000 s " ] &&
		[ "$(sed 's/.*: //; s/ events.*//' "$work/losses" | tr '\n' ' ')" = "7 12 " ]
}

# Nothing but what a reader sees
blanks() {
	! "$kvmmt" report "$odd" | grep -n ' $' && ! "$kvmmt" diff "$odd" $cases/v1.kvmmt | grep -n ' $' &&
		! "$kvmmt" stat -F pid,vm "$odd" 2>&1 | grep -n ' $'
}

# What a reader has no room for is not said to be lost, and not kept quiet.
crowded() {
	local words='16 events are of VMs beyond the 16384, or of guest hypervisors'"'"' vCPUs beyond the 32768, that are counted at one time'
	for command in stat report; do
		"$kvmmt" $command "$work/crowd" >"$work/out" 2>"$work/err"
		[ $? = 1 ] && [ "$(cat "$work/err")" = "kvmmt $command: $work/crowd: $words" ] ||
			{ cat "$work/err"; return 1; }
	done
	grep -q 'lost 0  not counted 16  2049 VMs' "$work/out"
}

# The metrics of refusals and losses, with the recording's times
metrics() {
	"$kvmmt" exporter -i "$odd" -t "$work/odd.prom" &&
		grep -qxF 'kvmmt_refusal_timestamp_seconds{vm="twin",name_from="recording",pod="",at="slot",reason="unsafe-cacheable",missing="FWB and DIC",slot="",backing=""} 1795000101' "$work/odd.prom" &&
		grep -qxF 'kvmmt_lost_events_total{kind="s2_fault"} 12' "$work/odd.prom" &&
		! grep process_ "$work/odd.prom"
}

piped() {
	"$kvmmt" script -n 12 -i - <$cases/v1.kvmmt | diff $cases/v1.script - &&
		"$kvmmt" script -n 12 <(cat $cases/v1.kvmmt) | diff $cases/v1.script -
}

# What refused memory was, in every format that has a place for it
memory() {
	diff - <("$kvmmt" script -c -F time,memory,reason "$work/memory") <<-'EOF' &&
		time,memory,reason
		100.000000000,"slot 3",11
		101.000000000,"slot 3, file _a_, b",11
		102.000000000,,11
		103.000000000,"file _a_, b",11
		104.000000000,"slot 3",8
		105.000000000,,0
	EOF
		[ "$("$kvmmt" script -F cpu,memory "$work/memory" | grep -c 'memory=')" = 4 ] &&
		[ "$("$kvmmt" script -F memory "$work/memory" | wc -l)" = 4 ] &&
		"$kvmmt" export -f csv -o - "$work/memory" | grep -c 'slot 3, file _a_, b' | grep -qx 1 &&
		"$kvmmt" export -f chrome -o - "$work/memory" | grep -cF '"memory":"slot 3, file _a_, b"' | grep -qx 1 &&
		"$kvmmt" export -f ctf -o "$work/memory-ctf" "$work/memory" &&
		babeltrace2 "$work/memory-ctf" | grep -cF 'memory = "slot 3, file _a_, b"' | grep -qx 1
}

# Names of any letters take their columns: marks behind them are all in the same one.
letters() { # "MARK..." WORDS...
	local marks
	read -ra marks <<<"$1"
	shift
	LC_ALL=C.UTF-8 "$kvmmt" "$@" "$work/names" | LC_ALL=C.UTF-8 python3 -c 'import sys, unicodedata as u
def columns(s): return sum(0 if u.combining(c) else 2 if u.east_asian_width(c) == "W" else 1 for c in s)
begins = {columns(l[:l.index(m)]) for l in sys.stdin for m in sys.argv[1:] if m in l}
assert len(begins) == 1, begins' "${marks[@]}"
}

# A VMM that was killed in the middle of a fault was not refused anything.
killed() {
	"$kvmmt" exporter -i "$work/memory" -t "$work/memory.prom" &&
		[ "$(grep -c '^kvmmt_refusal_timestamp_seconds.*reason="unsafe-cacheable"' "$work/memory.prom")" = 4 ] &&
		! grep '^kvmmt_refusal_timestamp_seconds.*reason="no-pfn"' "$work/memory.prom"
}

# A part of it: the lines between, and all that counts them
window() {
	local from=0.0005 to=0.001 csv="-c -F time,vm,ipa" n
	"$kvmmt" script $csv "$1" | sed 1d |
		awk -F, -v b=$from -v c=$to 'NR == 1 { a = $1 } $1 >= a + b && $1 <= a + c' >"$work/part"
	n=$(wc -l <"$work/part")
	[ "$n" -gt 100 ] && "$kvmmt" script $csv --from $from --to $to "$1" | sed 1d | diff "$work/part" - &&
		"$kvmmt" script $csv --from $from --to $to -i - <"$1" | sed 1d | diff "$work/part" - &&
		"$kvmmt" report --assert "events == $n && seconds > 0.00049 && seconds < 0.00051" --from $from --to $to "$1" &&
		"$kvmmt" export -f csv -o - --from $from --to $to "$1" | wc -l | grep -qx $((n + 1)) &&
		"$kvmmt" heatmap --from $from --to $to -o "$work/part.svg" "$1" &&
		"$kvmmt" report --from $from --to $to "$1" | grep -qx 'recorded 2026-11-18T11:06:41+0000'
}

# Losses that reach into it are its own; the first of its samples is the one behind its beginning.
window_losses() {
	exits 0 report --from 1.6 --to 1.7 --assert 'lost == 7 && events == 0' "$odd" &&
		exits 0 report --from 1 --to 1.4 --assert 'lost == 0 && events == 2' "$odd" &&
		exits 0 report --from 2 --to 3.15 --assert 'lost == 5' "$odd" &&
		[ "$("$kvmmt" stat --from 1 "$odd" 2>/dev/null | grep 's$' | tr '\n' ' ')" = "1.000 s 2.000 s total of 3.000 s " ]
}

# By the clock, with and without a date, in a zone
by_clock() {
	"$kvmmt" script -i "$odd" -w | grep -c '^2026-11-18T11:08:2[12]' >"$work/n" &&
		for from in 11:08:21 2026-11-18T11:08:21 "2026-11-18 12:08:21+0100"; do
			"$kvmmt" script -i "$odd" --from "$from" --to 11:08:22.999999999 | wc -l | diff "$work/n" - || return
		done
}

# What begins before the recording does, and what is behind its end
around() {
	exits 0 report --from 11:08 --to 11:09 --assert 'events == 46' "$odd" &&
		exits 0 report --from 11:00 --assert 'events == 46' "$odd" &&
		says "kvmmt stat: $odd: --from is behind its end, 4.000 s from its beginning, 2026-11-18T11:08:24+0000" \
			stat --from 11:09 "$odd" &&
		says "kvmmt stat: $odd: --to is before its beginning, 2026-11-18T11:08:20+0000" stat --to 11:08 "$odd" &&
		"$kvmmt" stat --from 5 -i - <"$odd" 2>&1 | grep -q 'behind its end, 4.000 s' &&
		cat "$odd" | "$kvmmt" stat --from 5 -i - 2>&1 | grep -qF 'end (seconds are'
}

check "a report of version 1" same $cases/v1.report report $cases/v1.kvmmt
check "the lines of version 1" same $cases/v1.script script -n 12 -i $cases/v1.kvmmt
check "from a pipe" piped
check "a cut file is said to be one" damaged
check "frames of a later kvmmt are passed over, and that is said" later
check "the totals" lines 3 "$kvmmt" stat -i $cases/v1.kvmmt
check "one VM alone" lines 2 "$kvmmt" stat -n 1 -d 100 -V vm-1 -i $cases/v1.kvmmt
check "a VM that is not there" exits 1 stat -V vm-9 -i $cases/v1.kvmmt
check "an assertion that holds" exits 0 report -a 'lost==0 && events==600' $cases/v1.kvmmt
check "one that does not" exits 1 report -a 'events<600' $cases/v1.kvmmt
check "one of what was not recorded" exits 1 report -a 'vncr.hit_ratio>0.9' $cases/v1.kvmmt
check "one that makes no sense" exits 2 report -a 'events<' $cases/v1.kvmmt
check "a division by zero is named" says "kvmmt report: nobody can tell: '1/0==1': division by zero" \
	report -a '1/0==1' "$odd"
check "its values before it" says ".*: events is 46, vncr.misses is 0, division by zero" \
	report -a 'events/vncr.misses==1' "$odd"
check "when it was" says 'recorded 2026-11-18T11:08:20+0000' report "$odd"
check "in a zone" env TZ=CET-1 bash -c '"$0" report "$1" | grep -qx "recorded 2026-11-18T12:08:20+0100"' \
	"$kvmmt" "$odd"
check "the time of day of an event" says '2026-11-18T11:08:21.200000+0000 .*VM twin.* s2_slot: .*' \
	script -w "$odd"
check "as a field" says 'time=2026-11-18T11:08:21.200000000+0000 kind=s2_slot' script -w -F time,kind "$odd"
check "in JSON" says '.*"time_ns":101200000000,"time":"2026-11-18T11:08:21.200000000+0000".*' \
	script -w --json "$odd"
check "tables and losses of a live run" tables
check "more vCPUs than are counted" crowded
check "a storm, and until when" says '  twin, the latest until [0-9.]* s' report "$work/storm"
check "what memory was refused" memory
check "letters of names in a report" letters 0x4 report
check "letters of names of memslots" letters "BACKING anonymous" slots -V größe-π -V 数据库-东京 -V $'cafe\u0301-3'
check "a killed VMM raises no alarm" killed
check "a part of it" window $cases/v1.kvmmt
check "its losses and samples" window_losses
check "a part by the clock" by_clock
check "around it" around
check "who made it" says 'twin  *kernel ksmd  *180K  *703M  notifier' report "$work/storm"
check "as JSON" says '.*"kind":"kernel","cause":"ksmd","syscall":null,"reason":"notifier","count":180000.*' \
	report --json "$work/storm"
check "and to assert" exits 1 report --assert 'storms == 0' "$work/storm"
check "of which there is none in version 1" exits 0 report --assert 'storms + thrashes == 0' $cases/v1.kvmmt
check "metrics of version 1" same $cases/v1.metrics exporter -i $cases/v1.kvmmt --textfile -
check "metrics of refusals and losses" metrics
check "metrics to a full disk" exits 1 exporter -i $cases/v1.kvmmt --textfile /dev/full/x
check "a histogram in words" says "how long VNCR walks took" report "$odd"
check "and in JSON, over all VMs" says '{"hostname".*"vncr_walk_times":{"sum_ns":58023,"le_ns":{"2048":1,"65536":1}}.*' \
	report --json "$odd"
check "no blanks at the ends of lines" blanks
check "what differs" differs
check "what differs has units" units
check "exports CSV" lines 601 "$kvmmt" export -f csv -o - $cases/v1.kvmmt
check "exports Chrome's JSON" exits 0 export -f chrome -o "$work/json" $cases/v1.kvmmt
check "which is JSON" python3 -m json.tool "$work/json" "$work/json2"
check "exports CTF" exits 0 export -f ctf -o "$work/ctf" $cases/v1.kvmmt
check "which babeltrace2 reads" lines 600 babeltrace2 "$work/ctf"
check "two VMs of one process are two in Chrome's JSON" twins
check "a hostname with a backslash in CTF" quoted
check "draws a VM" exits 0 heatmap -V vm-1 -o "$work/vm.svg" $cases/v1.kvmmt
check "which is XML" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$work/vm.svg"
check "with types and addresses" drawn
check "a refused memslot and lost events are marked" marked
check "a picture of a moment" moment
check "draws it as PNG too" exits 0 heatmap -V vm-1 -o "$work/vm.png" $cases/v1.kvmmt
check "which is one, as large" png
check "a full disk is noticed" exits 1 export -f csv -o /dev/full $cases/v1.kvmmt
exit $failed
