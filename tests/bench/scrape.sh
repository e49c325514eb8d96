#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What scrapes of the exporter take, and in the lab its memory. Items for bench.json to ITEMS.
#   scrape.sh OUT-DIRECTORY ITEMS
set -euo pipefail
out=$(realpath -m "$1")
items=$2
. "$(dirname "$0")/item.sh"
read -r alone storm peak bytes < <("$out/bench/scrape")
vms="128 VMs with series, 10,000 come and go, a sample each 50 ms"
item exporter_scrape_ms_p99 "$alone" ms "a scrape after each sample; $vms; wall clock"
item exporter_scrape_1000_ms_p99 "$storm" ms \
	"1,000 scrapes at once, beside 50 clients that sent half a request and 50 that read nothing; $vms"
item exporter_scrape_peak_mib "$peak" MiB "memory of server, model and text meanwhile, without BPF maps; $vms"
item exporter_scrape_bytes "$bytes" bytes "an answer, $vms"

# ROUNDS of 16 VMs that come and go
peak_of() {
	"$(dirname "$0")/../vm/lab" -t 900 -- /bin/exporter memory 63 "$@" | sed -n 's/^ok .*peak \([0-9.]*\) MiB.*/\1/p'
}
lab="VmHWM of the exporter in the lab: 128 VMs with series, 1,008 come and go, scrapes four times a second"
item exporter_peak_mib "$(peak_of)" MiB "$lab"
item exporter_record_peak_mib "$(peak_of record)" MiB "$lab; with --record"
