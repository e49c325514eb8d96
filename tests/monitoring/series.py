# SPDX-License-Identifier: GPL-2.0
# The series that docs/fleet.md computes with: count them in what the exporter prints, and
# print what the page has to say. With --dropped print what RULES ask for and a site does
# not send on.
#   series.py METRICS SITE-CONFIG SUMS FLEET-PAGE
#   series.py --dropped SITE-CONFIG RULES...
import re
import sys
from math import floor, log10

PROMETHEUS = 5      # up, and four of the scrape itself
REFUSALS = 64
METRIC = re.compile(r'^([a-z_]\w*)(?:{(.*)})? \S+$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def read(path):
    with open(path) as f:
        return f.read()


def passes(config):
    """The regular expression of what is sent on, YAML's line breaks resolved."""
    return re.compile(re.sub(r'\\\n\s*', "", re.search(r'regex: "(.*?)"', read(config), re.S)[1]))


def parse(text):
    for line in text.splitlines():
        m = METRIC.match(line)
        if m:
            yield m[1], dict(LABEL.findall(m[2] or ""))


def dropped(config, *rules):
    asked = set(re.findall(r'\b(?:kvmmt|node)_\w+', "".join(re.sub(r'runbook_url.*|#.*', "", read(r)) for r in rules)))
    print("\n".join(sorted(n for n in asked if not passes(config).fullmatch(n))))


def whole(n):
    """Three digits are known."""
    unit = 10 ** max(0, floor(log10(n)) - 2)
    return f"{floor(n / unit + .5) * unit:,}"


def figures(metrics, config, sums):
    series = [s for s in parse(metrics) if s[1].get("vm") != "other"]
    sent = [s for s in series if passes(config).fullmatch(s[0])]
    brief = re.compile(r"kvmmt_refusal_|kvmmt_recording_info|kvmmt_vm_\w+_(rate|ratio|start)")
    lasting = {"all": [s for s in series if not brief.match(s[0])],
               "sent": [s for s in sent if not brief.match(s[0])]}
    vms = {s[1]["vm"] for s in series if "vm" in s[1]}
    f = {}
    for which, some in lasting.items():
        by_vm = sorted(sum(s[1].get("vm") == vm for s in some) for vm in vms)
        f[which] = {"vm": by_vm[0], "nested": by_vm[-1], "host": sum("vm" not in s[1] for s in some)}
    f["all"]["host"] += PROMETHEUS + sum(s[1].get("vm") == "other" for s in parse(metrics))
    f["sent"]["host"] += 1 + sum(len({s[1][label] for s in series if s[0] == name}) for label, name in re.findall(
        r'by \(instance, (\w+)\) \(rate\((\w+)', sums))
    refused = [s for s in series if s[0].startswith("kvmmt_refusal_")]
    f["refusals"] = REFUSALS * len({s[0] for s in refused})
    return f


def page(f):
    every, sent = f["all"], f["sent"]
    for vms in (20, 100, 128):
        n = every["host"] + vms * every["vm"]
        yield f"| {whole(n)} | {whole(n / 30)} |"
    yield (f"{every['vm']} series for each VM ({every['nested']} for a guest hypervisor) and "
           f"{every['host']} for the host; refusals add at most {f['refusals']}")
    yield f"{sent['host']} series and {sent['vm']} for each VM ({sent['nested']} for a guest hypervisor)"
    for hosts in (1, 1000, 10000):
        served, kept = (hosts * (some["host"] + 20 * some["vm"]) for some in (every, sent))
        yield f"| {whole(served)} | {whole(kept)} | {whole(kept / 30)} |"


if sys.argv[1] == "--dropped":
    dropped(*sys.argv[2:])
else:
    said = " ".join(read(sys.argv[4]).split())
    most = max(read(sys.argv[1]).split("=== "), key=len)
    print("\n".join(x for x in page(figures(most, sys.argv[2], read(sys.argv[3]))) if x not in said))
