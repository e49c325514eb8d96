#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What operators install: Prometheus and Alertmanager take it, alerts say what they
# should, each has its page, and no metric is asked for that is not served.
set -uo pipefail
failed=0
result() {
	if [ "$1" = 0 ]; then echo "ok monitoring: $2"; else echo "not ok monitoring: $2: $3"; failed=1; fi
}
bin=$(tests/prometheus.sh) || { echo "not ok monitoring: no promtool"; exit 1; }
said=$("$bin/promtool" check rules monitoring/*.rules.yml 2>&1)
result $? "the rules are sound" "$said"
said=$("$bin/promtool" test rules tests/monitoring/rules.test.yml 2>&1)
result $? "each alert fires, says what it should, and clears" "$said"
said=$("$bin/promtool" check config monitoring/prometheus.yml monitoring/prometheus-site.yml 2>&1)
result $? "Prometheus's examples are sound" "$said"
for example in prometheus prometheus-site; do
	grep -q '^alerting:' "monitoring/$example.yml" && grep -q 'evaluation_interval:' "monitoring/$example.yml"
	result $? "$example.yml raises alerts" "it knows no Alertmanager, or not how often"
done
dropped=$(/usr/bin/python3 tests/monitoring/series.py --dropped monitoring/prometheus-site.yml monitoring/kvmmt.rules.yml 2>&1)
[ -z "$dropped" ]
result $? "a site sends on what alerts are made of" "$dropped"
wrong=$(/usr/bin/python3 tests/monitoring/series.py tests/cases/metrics.txt monitoring/prometheus-site.yml \
	monitoring/kvmmt-sums.rules.yml docs/fleet.md 2>&1)
[ -z "$wrong" ]
result $? "the fleet page's figures are those of what is served" "it lacks: $wrong"
said=$("$bin/amtool" check-config monitoring/alertmanager.yml 2>&1)
result $? "Alertmanager's example is sound" "$said"
tests/monitoring/inhibited.sh || failed=1

alerts=$(sed -n 's/^ *- alert: //p' monitoring/kvmmt.rules.yml | sort)
pages=$(cd docs/runbooks && ls | sed 's/\.md$//' | sort)
[ "$alerts" = "$pages" ]
result $? "each alert has a page" "$(diff <(echo "$alerts") <(echo "$pages"))"
named=$(sed -n 's|^ *runbook_url: file:///usr/share/kvmmt/runbooks/\(.*\)\.md$|\1|p' monitoring/kvmmt.rules.yml)
[ "$named" = "$(sed -n 's/^ *- alert: //p' monitoring/kvmmt.rules.yml)" ]
result $? "and names it" "$named"
tested=$(grep -o 'alertname: *[A-Za-z]*' tests/monitoring/rules.test.yml | sed 's/.*: *//' | sort -u)
[ "$alerts" = "$tested" ]
result $? "each alert has a test" "$(diff <(echo "$alerts") <(echo "$tested"))"

served=$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' tests/cases/metrics.txt | sed 'p;s/$/_total/' | sort -u)
asked=$(cat monitoring/*.rules.yml monitoring/*.json | grep -v 'record:' |
	grep -oE '\b(kvmmt|process)_[a-z0-9_]+' | sort -u)
missing=$(comm -13 <(echo "$served") <(echo "$asked"))
[ -n "$asked" ] && [ -z "$missing" ]
result $? "every metric that is asked for is served" "$missing"

# The dashboard: what Grafana's model of one wants, and queries that PromQL's parser takes.
said=$(/usr/bin/python3 tests/monitoring/dashboard.py monitoring/grafana-dashboard.json 2>&1)
result $? "the dashboard is sound" "$said"
said=$(/usr/bin/python3 tests/monitoring/dashboard.py --rules monitoring/grafana-dashboard.json |
	"$bin/promtool" check rules /dev/stdin 2>&1)
result $? "the dashboard's queries are PromQL" "$said"
tests/monitoring/grafana.sh || failed=1
exit $failed
