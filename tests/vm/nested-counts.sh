#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What kvmmt counts of a guest hypervisor, and what that counts itself, must be equal.
#   nested-counts.sh [LAB-OPTION...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=0

watched() { # KVMMT-ARGUMENT... -- PROGRAM...: to $out
	"$here/lab" "${lab[@]}" -a kvm-arm.mode=nested -t 200 -- /bin/kvmmt "$@" >"$out" || { cat "$out"; exit 1; }
}

lab=("$@")
watched stat --json -- /bin/nested -c reuse faults forms
if grep -q '^skip' "$out"; then
	echo "skip nested counts: $(sed -n 's/^skip //p' "$out" | head -1)"
	exit 0
fi

# The guest's own count of what matches a pattern, over its vCPUs
guest() { sed -n 's/^count //p' "$out" | tr ' ' '\n' | awk -F= -v p="^(NXS_)?($1)\$" '$1 ~ p { n += $2 } END { print n + 0 }'; }
# kvmmt's of a key
kvmmt() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$out" | head -1; }

equal() { # WHAT OURS THE-GUEST'S
	if [ "$2" = "$3" ] && [ "$3" -gt 0 ]; then
		echo "ok nested counts: $1 ($2)"
	else
		echo "not ok nested counts: $1: kvmmt has $2, the guest $3"
		failed=1
	fi
}

any='(IS|OS)?'
equal "a lookup for each entry into L2" $(($(kvmmt vncr_lookups) - $(kvmmt vncr_miss_permission))) "$(guest entries)"
# Each vCPU starts with one that the fast path does, and tells of when it enters L2.
never=$(grep -c '^count .* entries=0 ' "$out" || true)
equal "TLBIs of everything, with those of the fast path" \
	$(($(kvmmt nested_tlbi_all) + $(kvmmt fast_tlbis))) $(($(guest "(ALLE2|VMALLE1)$any") - never))
equal "TLBIs by ASID" "$(kvmmt nested_tlbi_asid)" "$(guest "ASIDE1$any")"
equal "TLBIs by VA" "$(kvmmt nested_tlbi_va)" "$(guest "VAL?E[12]$any")"
equal "TLBIs by VA of any ASID" "$(kvmmt nested_tlbi_vaa)" "$(guest "VAAL?E1$any")"
equal "TLBIs by range" "$(kvmmt nested_tlbi_rva)" "$(guest "RVAL?E[12]$any")"
equal "TLBIs by range of any ASID" "$(kvmmt nested_tlbi_rvaa)" "$(guest "RVAAL?E1$any")"
equal "what was filled was invalidated" "$(kvmmt vncr_walk_filled)" "$(kvmmt vncr_invalidations)"
by_tlbi=0
for scope in all asid va vaa rva rvaa; do
	by_tlbi=$((by_tlbi + $(kvmmt vncr_inval_tlbi_$scope)))
done
equal "entries that TLBIs hit" "$(kvmmt nested_tlbi_entries)" "$by_tlbi"

# A script that says beforehand what each walk and each invalidation will be: all of them.
same() { # WHAT OURS THE-SCRIPT'S
	[ "$2" = "$3" ] || { echo "not ok nested counts: $1: kvmmt has $2, the script $3"; failed=1; }
	known=$((known + $3))
}

known=0
watched stat --json -- /bin/nested counts
while read -r _ name n; do
	same "$name" "$(kvmmt "vncr_$name")" "$n"
done < <(grep '^want [wi]' "$out")
[ "$known" -gt 200 ] || { echo "not ok nested counts: the script did $known things only"; failed=1; }
[ "$failed" = 1 ] || echo "ok nested counts: $known walks and invalidations, each by its outcome or reason"

# One by one: the syndrome of each abort that a walk ended in.
known=0
watched script --json --kind vncr_walk -- /bin/nested counts
while read -r _ name n; do
	same "$name" "$(grep -c "\"injected_esr\":\"${name#esr_}\"" "$out" || true)" "$n"
done < <(grep '^want esr_' "$out")
same "aborts" "$(grep -c '"injected_esr":"0x' "$out" || true)" "$known"
[ "$known" -gt 10 ] || { echo "not ok nested counts: $known aborts only"; failed=1; }
[ "$failed" = 1 ] || echo "ok nested counts: the syndrome of each of its aborts"
exit $failed
