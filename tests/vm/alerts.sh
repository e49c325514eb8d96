#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# From a guest's refused access to the on-call engineer: the exporter in the lab, Prometheus,
# Alertmanager and a receiver here, with the rules that operators install. Times are
# shorter here: scrapes each 2 seconds, and a refusal is news for 10 seconds. Both ends are killed
# on the way. The second host is a site's, and a centre gets what the site sends on.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"
bin=$(tests/prometheus.sh) || { echo "not ok alerts: no Prometheus"; exit 1; }
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
failed=0

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
lab_port=$(free_port) prometheus_port=$(free_port) alertmanager_port=$(free_port) receiver_port=$(free_port)
centre_port=$(free_port)

sed 's/< 300/< 10/' monitoring/kvmmt.rules.yml >"$work/kvmmt.rules.yml"
sed -e 's/15s/2s/' -e "s/:9093/:$alertmanager_port/" -e "s/:9973/:$lab_port/" \
	monitoring/prometheus.yml >"$work/prometheus.yml"
sed -e 's/group_wait: 30s/group_wait: 1s/' -e 's/group_interval: 5m/group_interval: 1s/' \
	-e "s/:9095/:$receiver_port/" monitoring/alertmanager.yml >"$work/alertmanager.yml"

# For the second host: a site's Prometheus, and the centre that it sends on to.
echo "[{\"targets\": [\"127.0.0.1:$lab_port\"]}]" >"$work/hosts.json"
cp monitoring/kvmmt-sums.rules.yml "$work"
sed -e 's/30s/1s/' -e "s/:9093/:$alertmanager_port/" -e "s|/etc/prometheus/kvmmt-hosts.json|$work/hosts.json|" \
	-e "s/prometheus.example:9090/127.0.0.1:$centre_port/" monitoring/prometheus-site.yml >"$work/site.yml"
echo 'global: {}' >"$work/centre.yml"

start_receiver() {
	/usr/bin/python3 tests/monitoring/receiver.py "$receiver_port" >>"$work/received" &
	receiver=$!
	pids+=($!)
}
# start_prometheus NAME PORT [OPTION...]
start_prometheus() {
	local name=$1 port=$2
	shift 2
	"$bin/prometheus" --config.file="$work/$name.yml" --storage.tsdb.path="$work/$name" "$@" \
		--web.listen-address="127.0.0.1:$port" 2>>"$work/prometheus.log" &
	prometheus=$!
	pids+=($!)
}

start_receiver
tests/monitoring/alertmanager.sh "$bin" "$work/alertmanager.yml" "$work/am" "$alertmanager_port" 2>"$work/am.log" &
pids+=($!)
start_prometheus prometheus "$prometheus_port"
# ready PORT: it answers, as Prometheus and Alertmanager do
ready() {
	/usr/bin/python3 - "http://127.0.0.1:$1/-/ready" <<-'EOF'
		import sys, time, urllib.request
		for _ in range(600):
		    try:
		        sys.exit(urllib.request.urlopen(sys.argv[1], timeout=1).status != 200)
		    except OSError:
		        time.sleep(0.1)
		sys.exit(1)
	EOF
}
ready "$prometheus_port" && ready "$alertmanager_port" || { echo "not ok alerts: Prometheus does not start"; exit 1; }
"$here/lab" -n "$lab_port" -a "now=$(date +%s)" -t 120 -c neoverse-n1 -- /bin/exporter serve >"$work/lab" 2>&1 &
lab=$!
# In the first storm, once the refusal is cleared, Prometheus and the receiver are killed.
# They come back to the storm's end.
for ((i = 0; i < 600; i++)); do
	grep -q '"state": "resolved".*"vm": "gpu-a"' "$work/received" &&
		grep -q '"vm": "thrash-madvise"' "$work/received" && break
	sleep 0.1
done
# How soon it was told is asked before.
/usr/bin/python3 tests/monitoring/scrapes.py "$prometheus_port" "$work/received" >"$work/scrapes" 2>&1
kill -9 "$receiver" "$prometheus"
wait "$receiver" "$prometheus" 2>/dev/null
start_receiver
start_prometheus prometheus "$prometheus_port"
wait "$lab" || failed=1
kill "$prometheus"
wait "$prometheus" 2>/dev/null
start_prometheus centre "$centre_port" --web.enable-remote-write-receiver
start_prometheus site "$prometheus_port"
ready "$centre_port" && ready "$prometheus_port" || failed=1
# Another host, by the same name: its guests are hypervisors.
"$here/lab" -n "$lab_port" -a "kvm-arm.mode=nested now=$(date +%s)" -t 120 -- /bin/exporter serve nested \
	>>"$work/lab" 2>&1 || failed=1
sed -n 's/^not ok/& [alerts]/p' "$work/lab"

# received NAME PATTERN...: a message has all of them
received() {
	local name=$1 lines pattern
	shift
	lines=$(cat "$work/received")
	for pattern; do
		lines=$(grep -F -- "$pattern" <<<"$lines")
	done
	if [ -n "$lines" ]; then
		echo "ok alerts: $name"
	else
		echo "not ok alerts: $name: nothing has '$*'"
		failed=1
	fi
}

received "a refusal is received with VM, slot, memory and missing features" \
	'"alertname": "KvmmtUnsafeCacheable"' '"state": "firing"' '"vm": "gpu-a"' '"slot": "1"' \
	'"backing": "device /dev/pfnmap, module pfnmap"' '"missing": "FWB and DIC"' '"recording": "/tmp/flight/kvmmt-'
cat "$work/scrapes"
grep -q '^ok' "$work/scrapes" || failed=1
received "and cleared" '"alertname": "KvmmtUnsafeCacheable"' '"state": "resolved"' '"vm": "gpu-a"'
received "a storm is received with its cause" '"alertname": "KvmmtStorm"' '"state": "firing"' \
	'"vm": "thrash-madvise"' 'by vmm exporter, notifier' '"recording": "/tmp/flight/kvmmt-' \
	'invalidations/s since 20' 'runbooks/KvmmtStorm.md"'
received "and cleared" '"alertname": "KvmmtStorm"' '"state": "resolved"' '"vm": "thrash-madvise"'
received "one by khugepaged with that" '"alertname": "KvmmtStorm"' '"state": "firing"' \
	'"vm": "thrash-khugepaged"' 'by kernel khugepaged, notifier'
received "and cleared" '"alertname": "KvmmtStorm"' '"state": "resolved"' '"vm": "thrash-khugepaged"'
received "one by a guest hypervisor with that" '"alertname": "KvmmtStorm"' '"state": "firing"' \
	'"vm": "thrash-tlbi"' 'by guest exporter, guest-tlbi'
received "a VNCR pseudo-TLB that thrashes is received with what takes its entries" \
	'"alertname": "KvmmtVncrThrash"' '"state": "firing"' '"vm": "nested-' 'of the entries left by '
received "and cleared" '"alertname": "KvmmtVncrThrash"' '"state": "resolved"' '"vm": "nested-'
received "which a site's Prometheus says is of that site" '"alertname": "KvmmtVncrThrash"' '"site": "example"'
said=$("$bin/promtool" query instant "http://127.0.0.1:$centre_port" \
	'count by (__name__) (last_over_time({__name__=~"kvmmt_vm_vncr_thrash|ALERTS|kvmmt_vm_info|kvmmt_vm_stage2_.*",site="example"}[10m]))' 2>&1)
if [ "$(grep -oE '(kvmmt_vm_|ALERTS)\w*' <<<"$said" | sort | tr '\n' ' ')" = "ALERTS kvmmt_vm_info kvmmt_vm_vncr_thrash " ]; then
	echo "ok alerts: the centre gets what alerts are made of, and no VM's counters"
else
	echo "not ok alerts: the centre gets what alerts are made of, and no VM's counters: $said"
	failed=1
fi
if grep -F '"state": "firing"' "$work/received" |
	grep -vqE 'KvmmtUnsafeCacheable|KvmmtStorm|KvmmtVncrThrash|KvmmtDown'; then
	echo "not ok alerts: no other alert fires: $(cat "$work/received")"
	failed=1
else
	echo "ok alerts: no other alert fires"
fi
if [ "$failed" = 1 ]; then
	cat "$work/received" "$work/lab"
	grep -iE 'err|warn' "$work/prometheus.log" "$work/am.log" | tail -5
fi
exit $failed
