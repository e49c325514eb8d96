# SPDX-License-Identifier: GPL-2.0
# Check a Grafana dashboard's structure; with --rules print its queries as recording rules,
# so that promtool can parse them; with --types print it as TypeScript for Grafana's own types.
#   dashboard.py [--rules | --types] FILE
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


def types(board):
    """Enums of strings are in JSON what they are called: Word makes literals of them."""
    print('import type { Dashboard } from "@grafana/schema";')
    for kind in sorted(KINDS):
        print(f'import type * as {kind} from "./node_modules/@grafana/schema/dist/types/raw/composable/'
              f'{kind}/panelcfg/x/types.gen";')
    print("type Word<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Word<T[K]> } : T;")
    print(f"export const board: Word<Dashboard> = {json.dumps(board, indent=1)};")
    for p in board["panels"]:
        print(f'export const options{p["id"]}: Word<Partial<{p["type"]}.Options>> = {json.dumps(p["options"])};')


with open(sys.argv[-1]) as f:
    dashboard = json.load(f)
if "--rules" in sys.argv:
    rules(dashboard)
elif "--types" in sys.argv:
    types(dashboard)
else:
    check(dashboard)
