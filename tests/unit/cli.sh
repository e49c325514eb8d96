#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the tool answers to wrong words, on any machine.
#   cli.sh KVMMT
kvmmt=$1
failed=0

# says STATUS PATTERN ARGUMENT...: exit status and what stdout and stderr hold
says() {
	local want=$1 pattern=$2 got out
	shift 2
	out=$("$kvmmt" "$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$want" ] && grep -qe "$pattern" <<<"$out"; then
		echo "ok cli: kvmmt $*"
	else
		echo "not ok cli: kvmmt $*: exit status $got, want $want and '$pattern' in: $out"
		failed=1
	fi
}

says 2 'Usage: kvmmt COMMAND'
says 0 'one decoded line' help
says 0 '^kvmmt 0' --version
says 2 "no command 'nosuch'" nosuch
says 2 "unrecognized option '--nope'" stat --nope
says 2 "no field 'nope'" stat --fields vm,nope
says 2 "no field 'nope'" stat --sort nope
says 0 'mapped_bytes' stat --fields list
says 0 'mapped_bytes' top --sort list
says 2 "unrecognized option '--json'" top --json
says 2 'not a number of seconds' stat -d 0
says 2 'not a number of seconds' stat -d 1x
says 2 'not a number of seconds' top -d nan
says 2 'not a number from 1' stat -n 0
says 2 'not a number from 1' stat -n -1
says 2 'not a size such as 64M' script -m 64X
says 2 'not a size such as 64M' script -m 99G
says 2 'not a size such as 64M' script -m 17179869185G
says 2 'needs --interval' stat -n 3 -- true
says 2 'exclude each other' stat --json --csv
says 2 'exclude each other' script --refused --kind s2_slot
says 2 "no kind 'lost'" script --kind lost
says 0 '^vncr_walk$' script --kind list
says 0 '^ctf  *[a-zA-Z]' export --format list
says 2 "no field 'nope'" script --fields time,nope
says 0 'fault_ipa  *of s2_fault' script --fields list
says 2 'exclude each other' script --json --fields ipa
says 2 'exclude each other' script --json --csv
says 2 "no kind 'vncr'" script --kind vncr
says 2 "'normal' is counted by VM, not by vCPU" stat --vncr --fields vm,normal
says 2 "'refusals' is counted by VM, not by vCPU" stat --vncr --sort refusals
for command in stat report; do
	says 2 "'vcpu' is for stat --vncr" $command --fields vm,vcpu
done
for command in stat report top; do
	says 2 "'vcpu' is for stat --vncr" $command --sort vcpu
done
says 0 'vncr_hit_ratio' stat --fields list
says 2 'neither 0.1 to 86400 seconds nor' record --keep 0
says 2 'not a size such as 64M' record --keep 10x
says 2 'not a number from 1 to 1000' record --size 1M --rotate 0
says 2 'needs --size or --keep' record --rotate 3
says 2 'on-refusal needs --keep' record --on-refusal
says 2 'on-storm needs --keep' record --on-storm
says 2 "on-storm: 'nope=1' is none of" record --keep 30 --on-storm=nope=1
says 2 'on-storm: rate=x: this is not a number' record --keep 30 --on-storm=rate=x
says 2 'exclude each other' record --keep 10 --size 1M
says 2 'exclude each other' record --refused --kind s2_fault
says 2 'no series of files' record --keep 10 -o -
says 2 "no kind 'lost'" record --kind lost
says 2 'input is a recording' stat -i f -- true
says 2 'input is a recording' stat -i f -o g
says 2 'input is a recording' script -i f -- true
says 2 'input is a recording' top -i f -o g
says 2 'input is a recording' stat -i f -m 1M
says 2 'one recording only' report f g
says 2 'two recordings are needed' diff f
says 2 'two recordings, not' diff f g h
says 1 '/nosuch: No such file' diff /nosuch /nosuch
says 2 'neither .svg nor .png' heatmap -o x.jpg
says 2 'neither .svg nor .png' heatmap -o x
says 2 'no pipe' heatmap -i -
says 2 'one VM only' heatmap -V a -V b
says 2 "no format 'xml'" export -f xml
says 2 'format and --output are needed' export -f csv
says 2 'no stream' export -f ctf -o -
says 2 "unrecognized option '--csv'" report --csv f
says 2 "unrecognized option '--buffer=1M'" report --buffer=1M f
for option in --json --csv --fields=vm; do
	says 2 "unrecognized option '$option'" top $option
done
says 2 'buffer needs --output' stat --buffer 1M
says 2 'one recording only' script -i f tests/cases/v1.kvmmt
says 2 'input is a recording' script tests/cases/v1.kvmmt true
says 2 "from: '12:3x' is neither seconds nor a time" report --from 12:3x tests/cases/v1.kvmmt
says 2 "to: '-1' is neither seconds nor a time" script --to=-1 tests/cases/v1.kvmmt
for command in stat script top slots; do
	says 2 'from and --to are for a recording' $command --from 1
done
says 1 'to, 20[^ ]* is before --from, 2026-11-20T00:00:00' report --from 2026-11-20 --to 3 tests/cases/v1.kvmmt
says 1 'v1.kvmmt: --to is before its beginning' report --to 2026-11-17 tests/cases/v1.kvmmt
says 1 'v1.kvmmt: --from is behind its end' report --from 1 tests/cases/v1.kvmmt
says 2 'takes no arguments' features now
for command in stat script top report heatmap; do
	says 1 "^kvmmt $command: /nosuch/file: No such file" $command -i /nosuch/file
	says 1 "^kvmmt $command: /dev/null: the file is empty" $command -i /dev/null
	says 1 "^kvmmt $command: Makefile: this is no recording of kvmmt" $command -i Makefile
done
for command in top slots report; do
	says 1 "^kvmmt $command: /nosuch/file: No such file" $command /nosuch/file
	says 2 'one recording only' $command -i f /nosuch/file
done
for command in stat script top slots; do
	says 1 "^kvmmt $command: Makefile: this is no recording of kvmmt" $command Makefile
done
says 0 '^kvmmt slots: tests/cases/v1.kvmmt: the memslots are not in it' slots tests/cases/v1.kvmmt
says 1 'no VM in that part of it has this name' stat -V nobody --from 0.0001 tests/cases/v1.kvmmt
for command in stat report script; do
	says 2 "there is no field ''" $command --fields ''
done
says 2 'nothing to do with' exporter now
says 2 'not a number of seconds' exporter -d 61
says 2 'not a number from 0 to 4096' exporter --limit 5000
says 2 'not a number from 0 to 4096' exporter --limit -1
says 2 "'nope=1' is none of" exporter --storm rate=5,nope=1
says 2 'rate=x: this is not a number' exporter --storm rate=x
says 2 'refault=500: this is not a percentage from 0 to 100' exporter --storm refault=500
says 2 'miss=101: this is not a percentage' exporter --storm for=5,miss=101
says 2 'for=: this is not a number' exporter --storm for
says 2 "'9973' is not HOST:PORT" exporter --listen 9973 --check
says 2 "'localhost:99999' is not HOST:PORT" exporter --listen localhost:99999
says 2 'input needs --textfile' exporter --input f
says 2 'input is a recording' exporter --input f --textfile - --check
says 2 'standard output is for --input' exporter --textfile -
says 1 '^kvmmt exporter: /nosuch/file: No such file' exporter -i /nosuch/file -t -
says 2 'exclude each other' exporter --listen :1 --textfile a.prom
says 0 'page_size_bytes' features --json
if [ "$(uname -m)" != aarch64 ]; then
	for command in stat record script top exporter; do
		says 1 "^kvmmt $command: this machine is not arm64" $command
	done
fi
# A recording is one with and without -i; behind "--" it is a command.
for command in stat script report "top -b -n 1"; do
	if diff <("$kvmmt" $command -i tests/cases/v1.kvmmt 2>&1 | sed 's/own CPU [0-9.]*%//') \
		<("$kvmmt" $command tests/cases/v1.kvmmt 2>&1 | sed 's/own CPU [0-9.]*%//'); then
		echo "ok cli: kvmmt $command FILE"
	else
		echo "not ok cli: kvmmt $command FILE is not kvmmt $command -i FILE"
		failed=1
	fi
done
says 1 'not arm64\|Permission denied' script -- tests/cases/v1.kvmmt
# Nothing that was to be run runs when kvmmt cannot watch it.
marker=$(mktemp -u)
"$kvmmt" stat -- touch "$marker" >/dev/null 2>&1
if [ "$(uname -m)" != aarch64 ] && [ -e "$marker" ]; then
	echo "not ok cli: the command ran unwatched"
	failed=1
else
	echo "ok cli: no command runs unwatched"
fi
"$kvmmt" help >/dev/full 2>/dev/null
[ $? != 0 ] && echo "ok cli: a full disk is noticed" || { echo "not ok cli: a full disk goes unnoticed"; failed=1; }
exit $failed
