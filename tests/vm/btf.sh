#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Compare the kernel's words with ours: the enums and tracepoint prototypes in
# the BTF of the built kernel, include/kvmmt/event.h, docs/tracepoints.md.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$("$top/kernel-patches/kernel.sh" path patched)}
doc=$top/docs/tracepoints.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
bpftool btf dump file "$build/vmlinux" >"$work/btf"

# NAME VALUE of each enumerator of enum $1
enumerators() {
	awk -v enum="'$1'" '/^\[/ { on = $2 == "ENUM" && $3 == enum; next }
		on { gsub(/\047/, "", $1); sub(/val=/, "", $2); print $1, $2 }' "$work/btf"
}

# The same from an X-macro list of event.h, as C sees it: $1 list, $2 prefix there, $3 prefix in the kernel
ours() {
	{
		echo '#include <stdio.h>'
		echo '#include <kvmmt/event.h>'
		echo "#define X(name, ...) printf(\"$3%s %u\\n\", #name, $2##name);"
		echo "int main(void) { $1(X) return 0; }"
	} >"$work/list.c"
	gcc -I"$top/include" "$work/list.c" -o "$work/list"
	"$work/list"
}

same() {
	if diff "$2" "$3" >"$work/diff"; then
		echo "ok btf: $1"
	else
		echo "not ok btf: $1:"
		cat "$work/diff"
		failed=1
	fi
}

compare() { # ENUM LIST OUR-PREFIX KERNEL-PREFIX
	enumerators "$1" | grep "^$4" >"$work/kernel" || true
	[ -s "$work/kernel" ] || { echo "not ok btf: enum $1 is not in the kernel's BTF"; failed=1; return; }
	ours "$2" "$3" "$4" >"$work/ours"
	same "enum $1 is as in event.h" "$work/kernel" "$work/ours"
}

compare kvm_s2_fault_reason KVMMT_FAULT_REASONS KVMMT_FAULT_ KVM_S2_FAULT_
compare kvm_s2_slot_reason KVMMT_SLOT_REASONS KVMMT_SLOT_ KVM_S2_SLOT_
compare kvm_s2_inval_reason KVMMT_INVAL_REASONS KVMMT_INVAL_ KVM_S2_INVAL_
compare kvm_mr_change KVMMT_SLOT_CHANGES KVMMT_CHANGE_ KVM_MR_
compare kvm_s2_fault_flags KVMMT_FAULT_FLAGS KVMMT_F_ KVM_S2_F_
compare kvm_vncr_lookup_reason KVMMT_VNCR_LOOKUP_REASONS KVMMT_VNCR_LOOKUP_ KVM_VNCR_LOOKUP_
compare kvm_vncr_walk_reason KVMMT_VNCR_WALK_REASONS KVMMT_VNCR_WALK_ KVM_VNCR_WALK_
compare kvm_vncr_inval_reason KVMMT_VNCR_INVAL_REASONS KVMMT_VNCR_INVAL_ KVM_VNCR_INVAL_
compare kvm_vncr_flags KVMMT_VNCR_FLAGS KVMMT_VNCR_F_ KVM_VNCR_F_
# The two memory types in the low bits are masks, not bits of the list.
enumerators kvm_s2_vma_bits | grep -v "_S1 " >"$work/kernel"
ours KVMMT_VMA_BITS KVMMT_VMA_ KVM_S2_VMA_ >"$work/ours"
same "enum kvm_s2_vma_bits is as in event.h" "$work/kernel" "$work/ours"

# The document's tables: | value or bit | NAME | ...
for enum in kvm_s2_{fault,slot,inval}_reason kvm_vncr_{lookup,walk,inval}_reason; do
	enumerators $enum >"$work/kernel"
	awk -F' *[|] *' -v h="### enum $enum" '$0 == h { on = 1; next } /^#/ { on = 0 }
		on && $3 ~ /^KVM_/ { print $3, $2 }' "$doc" >"$work/doc"
	same "docs/tracepoints.md lists enum $enum" "$work/kernel" "$work/doc"
done
for enum in kvm_s2_fault_flags kvm_s2_vma_bits kvm_vncr_flags; do
	enumerators $enum | grep -v "_S1 " >"$work/kernel" || true
	awk -F' *[|] *' -v h="### enum $enum" '$0 == h { on = 1; next } /^#/ { on = 0 }
		on && $3 ~ /^KVM_/ { print $3, 2 ^ $2 }' "$doc" >"$work/doc"
	same "docs/tracepoints.md lists enum $enum" "$work/kernel" "$work/doc"
done

# The prototypes: argument names of the probe function that BTF has for each tracepoint.
for tp in kvm_s2_{fault,slot,invalidate} kvm_vncr_{lookup,walk,invalidate} kvm_nested_tlbi; do
	awk -v f="'__bpf_trace_$tp'" '
		/^\[/ { id = $1; gsub(/[][]/, "", id); kind = $2 }
		kind == "FUNC_PROTO" && /^\t/ { args[id] = args[id] " " $1 }
		/^\[/ && $2 == "FUNC" && $3 == f { sub(/type_id=/, "", $4); proto = $4 }
		END { gsub(/\047/, "", args[proto]); print args[proto] }' "$work/btf" |
		sed 's/^ *__data *//' | tr ' ' '\n' | grep . >"$work/kernel" || true
	awk -F' *[|] *' -v h="## $tp" '$0 == h { on = 1; next } /^##/ { on = 0 }
		on && $2 != "argument" && $2 !~ /^-/ && NF > 3 { print $2 }' "$doc" >"$work/doc"
	same "docs/tracepoints.md has the arguments of $tp" "$work/kernel" "$work/doc"
done

# The structs' fields in the kernel's BTF, in order, and in the document.
for s in kvm_s2_fault kvm_s2_slot kvm_vncr_{lookup,walk,invalidate} kvm_nested_tlbi; do
	awk -v s="'$s'" '/^\[/ { on = $2 == "STRUCT" && $3 == s; next }
		on { gsub(/\047/, "", $1); print $1 }' "$work/btf" >"$work/kernel"
	awk -F' *[|] *' -v h="### struct $s" '$0 == h { on = 1; next } /^#/ { on = 0 }
		on && $2 != "field" && $2 !~ /^-/ && NF > 3 { print $2 }' "$doc" >"$work/doc"
	same "docs/tracepoints.md has the fields of struct $s" "$work/kernel" "$work/doc"
done
exit $failed
