#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a refusal of cacheable memory keeps from being told, and what it does not: asked of
# Alertmanager itself, with the example's rules.
set -uo pipefail
here=$(dirname "$0")
bin=$(tests/prometheus.sh) || exit 1
work=$(mktemp -d)
trap 'kill "$am" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
free='import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
port=$(/usr/bin/python3 -c "$free")
url=http://127.0.0.1:$port
sed 's|http://127.0.0.1:9095/|http://127.0.0.1:9/|' monitoring/alertmanager.yml >"$work/config.yml"
"$here/alertmanager.sh" "$bin" "$work/config.yml" "$work" "$port" 2>"$work/log" &
am=$!
for ((i = 0; i < 300; i++)); do
	"$bin/amtool" --alertmanager.url="$url" alert query >/dev/null 2>&1 && break
	sleep 0.1
done

add() { "$bin/amtool" --alertmanager.url="$url" alert add instance=h "$@" || exit 1; }
unsafe() { add alertname=KvmmtUnsafeCacheable reason=unsafe-cacheable "$@"; }
refused() { add alertname=KvmmtRefused "$@"; }
unsafe vm=gpu backing="PCI 0000:01:00.0 BAR 2"
refused id=same vm=gpu backing="PCI 0000:01:00.0 BAR 2" reason=pfnmap-logging
refused id=bug vm=gpu backing="PCI 0000:01:00.0 BAR 2" reason=map-failed
refused id=device vm=gpu backing="PCI 0000:02:00.0 BAR 0" reason=pfnmap-logging
refused id=unknown vm=gpu backing= reason=pfnmap-logging
refused id=vm vm=web backing="PCI 0000:01:00.0 BAR 2" reason=pfnmap-logging
# Under lockdown no memory is known: nothing says that it is the same.
unsafe vm=locked backing=
refused id=locked vm=locked backing= reason=pfnmap-logging
inhibited() {
	"$bin/amtool" --alertmanager.url="$url" alert query --inhibited -o json alertname=KvmmtRefused |
		grep -o '"id":"[a-z]*"' | sort | tr -d '\n'
}
for ((i = 0; i < 100; i++)); do
	said=$(inhibited)
	[ -z "$said" ] || break
	sleep 0.1
done
if [ "$said" = '"id":"same"' ]; then
	echo "ok monitoring: a refusal keeps back what the same device causes, and nothing else"
else
	echo "not ok monitoring: a refusal keeps back what the same device causes, and nothing else: $said"
	cat "$work/log"
	exit 1
fi
