#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run make targets one after the other, all of them whatever fails, and count
# the lines `ok`, `not ok` and `skip` that their tests print.
#   check.sh LOG TARGET...
set -uo pipefail
log=$1
shift
broken=0
mkdir -p "$(dirname "$log")"
: >"$log"
for target in "$@"; do
	start=$SECONDS
	"${MAKE:-make}" --no-print-directory "$target" 2>&1 | tee -a "$log"
	if [ "${PIPESTATUS[0]}" != 0 ] && ! grep -q '^not ok' "$log"; then
		# It failed without saying which test: that is a failure too.
		echo "not ok $target: make failed" | tee -a "$log"
	fi
	echo "  TIME     $target: $((SECONDS - start)) s"
done
passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^not ok ' "$log")
skipped=$(grep -c '^skip ' "$log")
if [ "$failed" != 0 ]; then
	echo "Failed:"
	grep '^not ok ' "$log"
fi
[ "$passed" != 0 ] || broken=1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$broken" = 0 ]
