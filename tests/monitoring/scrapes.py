# SPDX-License-Identifier: GPL-2.0
# How many scrapes there were from a guest's refused access until Prometheus raised the alert,
# and until the receiver had it: two at most. The moment of the access is that of the
# kernel's event: of the first scrape that has it, less the age that it tells. Scrapes are
# counted, not seconds: where all is slow, they are too.
#   scrapes.py PROMETHEUS-PORT RECEIVED
import json
import sys
import urllib.parse
import urllib.request
from bisect import bisect_right

port, received = sys.argv[1:]
ALERT = "KvmmtUnsafeCacheable"


def samples(query):
    """[time, value] of each sample of the last 5 minutes."""
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query + "[5m]"})
    with urllib.request.urlopen(url, timeout=10) as answer:
        result = json.load(answer)["data"]["result"]
    return [(at, float(value)) for at, value in result[0]["values"]]


scrapes = [at for at, _ in samples('up{job="kvmmt"}')]
at, age = samples('kvmmt_refusal_age_seconds{vm="gpu-a"}')[0]
refused = at - age
raised = samples(f'ALERTS{{alertname="{ALERT}",alertstate="firing"}}')[0][0]
with open(received) as f:
    told = next(a["time"] for a in map(json.loads, f) if a["alertname"] == ALERT)
until = [bisect_right(scrapes, t) - bisect_right(scrapes, refused) for t in (raised, told)]
good = refused < raised < told and all(1 <= n <= 2 for n in until)
print(f"{'ok' if good else 'not ok'} alerts: within two scrapes of the guest's access: "
      f"raised after {until[0]}, received after {until[1]}")
