#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make demo: guests in the lab, on an emulated host without FWB and DIC, so that
# one of them is refused. With a terminal: kvmmt-top before you, q ends it.
# Without: a few screens, and the refusals in words.
# make demo-record: the same guests for 20 s, as a recording in FILE.
#   demo.sh [FILE]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -gt 0 ]; then
	echo "  LAB      booting, then 20 s of its guests"
	"$here/lab" -c neoverse-n1 -o "$1" -- /bin/demo /bin/kvmmt record -d 20 -o /tmp/out
	echo "  DATA     $1"
	exit
fi
if [ -t 0 ] && [ -t 1 ]; then
	echo "  LAB      booting: about 3 seconds; q quits"
	exec "$here/lab" -T -c neoverse-n1 -- /bin/demo /bin/kvmmt-top
fi
"$here/lab" -c neoverse-n1 -- /bin/demo /bin/kvmmt-top -b -d 2 -n 3 + \
	/bin/demo /bin/kvmmt script --refused -n 3 -d 8
