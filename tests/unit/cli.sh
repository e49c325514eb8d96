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
says 2 "no kind 'vncr'" script --kind vncr
says 2 "'normal' is counted by VM, not by vCPU" stat --vncr --fields vm,normal
says 2 "'refusals' is counted by VM, not by vCPU" stat --vncr --sort refusals
says 2 "'vcpu' is for --vncr" stat --fields vm,vcpu
says 0 'vncr_hit_ratio' stat --fields list
says 2 'takes no arguments' features now
says 2 'nothing to do with' top now
says 2 'nothing to do with' exporter now
says 2 'not a number of seconds' exporter -d 61
says 2 'not a number from 0 to 4096' exporter --limit 5000
says 2 'not a number from 0 to 4096' exporter --limit -1
says 2 "'nope=1' is none of" exporter --storm rate=5,nope=1
says 2 'rate=x: this is not a number' exporter --storm rate=x
says 2 'for=: this is not a number' exporter --storm for
says 2 'exclude each other' exporter --listen :1 --textfile a.prom
says 0 'page_size_bytes' features --json
if [ "$(uname -m)" != aarch64 ]; then
	for command in stat script top exporter; do
		says 1 "^kvmmt $command: this machine is not arm64" $command
	done
fi
# Nothing that was to be run runs when kvmmt cannot watch it.
marker=$(mktemp -u)
"$kvmmt" stat -m 1G -- touch "$marker" >/dev/null 2>&1
if [ "$(uname -m)" != aarch64 ] && [ -e "$marker" ]; then
	echo "not ok cli: the command ran unwatched"
	failed=1
else
	echo "ok cli: no command runs unwatched"
fi
"$kvmmt" help >/dev/full 2>/dev/null
[ $? != 0 ] && echo "ok cli: a full disk is noticed" || { echo "not ok cli: a full disk goes unnoticed"; failed=1; }
exit $failed
