#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copy what arm64 PROGRAMs need of shared libraries into ROOT.
#   libs.sh ROOT PROGRAM...
set -euo pipefail
root=$1
shift
where=${LIBS_FROM:-"/usr/lib/aarch64-linux-gnu /usr/aarch64-linux-gnu/lib /lib/aarch64-linux-gnu"}
mkdir -p "$root/lib/aarch64-linux-gnu" "$root/usr/share/terminfo"
todo=("$@")
while [ ${#todo[@]} -gt 0 ]; do
	file=${todo[0]}
	todo=("${todo[@]:1}")
	for lib in $(aarch64-linux-gnu-readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') \
		ld-linux-aarch64.so.1; do
		[ ! -e "$root/lib/aarch64-linux-gnu/$lib" ] || continue
		found=""
		for dir in $where; do
			[ -e "$dir/$lib" ] && found=$dir/$lib && break
		done
		[ -n "$found" ] || { echo "libs.sh: $lib, needed by $file: not in $where" >&2; exit 1; }
		cp -L "$found" "$root/lib/aarch64-linux-gnu/$lib"
		todo+=("$root/lib/aarch64-linux-gnu/$lib")
	done
done
ln -sf aarch64-linux-gnu/ld-linux-aarch64.so.1 "$root/lib/ld-linux-aarch64.so.1"
# Terminals that people and tests come with.
for term in linux xterm xterm-256color screen screen-256color tmux tmux-256color vt100 vt220 dumb; do
	for dir in /lib/terminfo /usr/share/terminfo /etc/terminfo; do
		src=$dir/${term:0:1}/$term
		[ -e "$src" ] || continue
		mkdir -p "$root/usr/share/terminfo/${term:0:1}"
		cp -L "$src" "$root/usr/share/terminfo/${term:0:1}/"
	done
done
