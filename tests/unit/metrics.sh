#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Others' parsers read what metrics prints, and Prometheus's linter has no complaint.
#   metrics.sh METRICS-PROGRAM
set -uo pipefail
metrics=$1
bin=$(tests/prometheus.sh) || { echo "not ok metrics: no promtool"; exit 1; }
failed=0
result() {
	if [ "$1" = 0 ]; then echo "ok metrics: $2"; else echo "not ok metrics: $2: $3"; failed=1; fi
}
said=$("$metrics" text | "$bin/promtool" check metrics 2>&1)
result $? "promtool check metrics" "$said"
said=$("$metrics" openmetrics | /usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
seen = [(s.name, tuple(sorted(s.labels.items()))) for f in families for s in f.samples]
sys.exit("series twice" if len(seen) != len(set(seen)) else 0 if len(seen) > 100 else "too few")' 2>&1)
result $? "an OpenMetrics parser reads it, no series twice" "$said"
# The parser takes two equal lines that follow each other for one.
for format in text openmetrics; do
	text=$("$metrics" $format)
	twice=$(grep -v '^#' <<<"$text" | sed 's/ [^ ]*$//' | sort | uniq -d)
	[ -z "$twice" ] && grep -q 'cause="kworker"' <<<"$text"
	result $? "no line of $format twice, during a storm" "$twice"
done
exit $failed
