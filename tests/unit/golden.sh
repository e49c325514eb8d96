#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Compare a program's output, section by section ("=== title"), with a golden
# file. UPDATE=1 writes the file instead: look at the difference before commit.
#   golden.sh FILE PROGRAM
set -u
file=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$2" >"$out/all" || { echo "not ok $(basename "$2"): exit status $?"; exit 1; }
[ -z "${UPDATE:-}" ] || { cp "$out/all" "$file"; echo "updated $file"; exit 0; }
failed=0
section() { awk -v t="=== $1" '/^===/ { on = $0 == t } on' "$2"; }
while read -r title; do
	if diff <(section "$title" "$file") <(section "$title" "$out/all") >"$out/diff"; then
		echo "ok $(basename "$2"): $title"
	else
		echo "not ok $(basename "$2"): $title:"
		cat "$out/diff"
		failed=1
	fi
done < <(cat "$file" "$out/all" | sed -n 's/^=== //p' | sort -u)
exit $failed
