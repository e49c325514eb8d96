#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The system calls that a UNIT allows, as systemd here resolves its SystemCallFilter= lines:
# as lines of C.
#   syscalls.sh UNIT
set -euo pipefail
unit=$1
resolve() {
	local word
	for word; do
		if [ "${word#@}" = "$word" ]; then
			echo "$word"
		else
			resolve $(systemd-analyze syscall-filter "$word" | sed '1d;s/#.*//')
		fi
	done
}

allowed=$(resolve @default)
while read -r line; do
	if [ "${line#\~}" = "$line" ]; then
		allowed=$(printf '%s\n' "$allowed" $(resolve $line))
	else
		allowed=$(grep -vxF "$(resolve ${line#\~})" <<<"$allowed")
	fi
done < <(sed -n 's/^SystemCallFilter=//p' "$unit")
sort -u <<<"$allowed" | sed '/^$/d;s/.*/#ifdef __NR_&\n__NR_&,\n#endif/'
