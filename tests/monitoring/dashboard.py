# SPDX-License-Identifier: GPL-2.0
# Check a Grafana dashboard's structure; with --rules print its queries as recording rules,
# so that promtool can parse them.
#   dashboard.py [--rules] FILE
import json
import re
import sys

KINDS = {"stat", "table", "timeseries"}
VARIABLES = {"$__rate_interval": "1m", "$__range": "1h", "$instance": ".*", "$vm": ".*"}


def queries(board):
    return [t["expr"] for p in board["panels"] for t in p["targets"]]


def check(board):
    for key, kind in {"title": str, "uid": str, "schemaVersion": int, "panels": list,
                      "templating": dict, "time": dict}.items():
        assert isinstance(board[key], kind), key
    names = {v["name"] for v in board["templating"]["list"]}
    ids, cells = set(), set()
    for p in board["panels"]:
        title = p["title"]
        assert p["type"] in KINDS, f"{title}: type {p['type']}"
        assert p["id"] not in ids, f"{title}: id {p['id']} twice"
        ids.add(p["id"])
        g = p["gridPos"]
        assert g["x"] + g["w"] <= 24, f"{title}: beyond the grid"
        here = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        assert not here & cells, f"{title}: over another panel"
        cells |= here
        refs = [t["refId"] for t in p["targets"]]
        assert refs and len(refs) == len(set(refs)), f"{title}: refIds {refs}"
    for q in queries(board):
        for name in re.findall(r"\$(\w+)", q):
            assert name in names or name.startswith("__"), f"no variable {name}: {q}"


def rules(board):
    out = []
    for i, q in enumerate(queries(board)):
        for variable, value in VARIABLES.items():
            q = q.replace(variable, value)
        out.append({"record": f"query:{i}", "expr": q})
    print(json.dumps({"groups": [{"name": "dashboard", "rules": out}]}))


with open(sys.argv[-1]) as f:
    dashboard = json.load(f)
if "--rules" in sys.argv:
    rules(dashboard)
else:
    check(dashboard)
