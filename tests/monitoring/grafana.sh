#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The dashboard against the types that Grafana publishes for it, and that these see what is wrong.
# They are no package of Debian's: without them it is skipped, and with "install" they are fetched.
#   grafana.sh [install]
set -uo pipefail
dir=${KVMMT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmmt}/grafana
schema=13.2.3 typescript=5.9.3
board=monitoring/grafana-dashboard.json
if [ "${1:-}" = install ]; then
	exec npm install --prefix "$dir" --no-audit --no-fund "@grafana/schema@$schema" "typescript@$typescript"
fi
if [ ! -e "$dir/node_modules/@grafana/schema" ] || [ ! -e "$dir/node_modules/typescript" ]; then
	echo "skip monitoring: the dashboard against Grafana's types: they are not here: make grafana-types"
	exit 0
fi
trap 'rm -f "$dir"/board-$$.ts' EXIT
complaints() {
	/usr/bin/python3 tests/monitoring/dashboard.py --types "$1" >"$dir/board-$$.ts" && (cd "$dir" &&
		node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck --module esnext \
			--moduleResolution bundler --target es2022 "board-$$.ts" 2>&1)
}
if said=$(complaints "$board"); then
	echo "ok monitoring: Grafana's types take the dashboard"
else
	echo "not ok monitoring: Grafana's types take the dashboard: $said"
	exit 1
fi
wrong() { [[ $(sed "$1" "$board" | complaints /dev/stdin) = *"$2"* ]]; }
if wrong 's/"schemaVersion": [0-9]*/"schemaVersion": "x"/' "type 'number'" && wrong 's/"gridPos"/"gridpos"/' gridpos &&
	wrong '0,/"options": {}/s//"options": { "graphMode": "no" }/' "'\"no\"'"; then
	echo "ok monitoring: they see a wrong type, a wrong name and a wrong word"
else
	echo "not ok monitoring: they see a wrong type, a wrong name and a wrong word: one was taken"
	exit 1
fi
