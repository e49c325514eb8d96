#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Give a fuzzer so many inputs; what it found interesting stays in its corpus. Those that
# play whole recordings get fewer.
#   run.sh FUZZER RUNS
fuzzer=$1
runs=$2
name=$(basename "$fuzzer")
[ "$name" != replay ] || runs=$(((runs + 49) / 50))
found=$(dirname "$0")/found/$name	# what broke it once
[ -d "$found" ] || found=
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if "$fuzzer" -runs="$runs" -rss_limit_mb=1024 -timeout=10 -artifact_prefix="$fuzzer." \
	"$fuzzer.corpus" $found >"$log" 2>&1; then
	echo "ok fuzz: $name: $runs inputs"
else
	echo "not ok fuzz: $name: it crashed, hung or took too much memory:"
	tail -40 "$log"
	exit 1
fi
