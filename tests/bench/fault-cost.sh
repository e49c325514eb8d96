#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Instructions of a stage-2 fault in the lab, while WATCHER runs if there is one.
#   fault-cost.sh LAB-OPTION... -- [WATCHER [ARG...]]
set -uo pipefail
lab=$(dirname "$0")/../vm/lab
options=()
while [ "$1" != -- ]; do
	options+=("$1")
	shift
done
shift
out=$("$lab" -i -t 600 "${options[@]}" -- /bin/fault-cost 4096 "$@")
status=$?
insns=$(tail -1 <<<"$out")
if [ $status != 0 ] || ! [[ $insns =~ ^[0-9]+\.[0-9]$ ]]; then
	echo "fault-cost.sh: no figure with ${options[*]} $*: exit status $status" >&2
	echo "$out" >&2
	exit 1
fi
echo "$insns"
