#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make demo: guests in the lab, on an emulated host without FWB and DIC, so that
# one of them is refused. With a terminal: kvmmt-top before you, q ends it.
# Without: a few screens, and the refusals in words.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -t 0 ] && [ -t 1 ]; then
	echo "  LAB      booting: about 3 seconds; q quits"
	exec "$here/lab" -T -c neoverse-n1 -- /bin/demo /bin/kvmmt-top
fi
"$here/lab" -c neoverse-n1 -- /bin/demo /bin/kvmmt-top -b -d 2 -n 3 + \
	/bin/demo /bin/kvmmt script --refused -n 3 -d 8
