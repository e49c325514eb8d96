#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check-deb: build the lab's kernel packages, install them with dpkg into an
# empty arm64 root, and look at what is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?deb-test.sh: where are the packages?}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failed=0
ok() { echo "ok kernel-deb: $*"; }
not_ok() { echo "not ok kernel-deb: $*"; failed=1; }

rm -rf "$out"
"$here/deb.sh" --lab "$out" >"$root.log" 2>&1 || { cat "$root.log"; not_ok "builds"; exit 1; }
rm -f "$root.log"
ok "builds $(ls "$out" | tr '\n' ' ')"

mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
touch "$root/var/lib/dpkg/status"
if dpkg --root="$root" --force-architecture --force-depends --force-script-chrootless \
	-i "$out"/linux-image-*.deb >"$root/dpkg.log" 2>&1; then
	ok "linux-image installs into an empty root"
else
	cat "$root/dpkg.log"
	not_ok "linux-image does not install"
fi

release=$(ls "$root/lib/modules" 2>/dev/null | head -1)
config=$root/boot/config-$release
[ -s "$root/boot/vmlinuz-$release" ] && ok "the kernel is there: $release" || not_ok "no kernel in /boot"
grep -qx CONFIG_KVM=y "$config" && grep -qx CONFIG_DEBUG_INFO_BTF=y "$config" &&
	ok "it has KVM and BTF" || not_ok "KVM or BTF is not configured"
if grep -q ' __tracepoint_kvm_s2_fault$' "$root/boot/System.map-$release"; then
	ok "it has the tracepoints"
else
	not_ok "System.map knows no kvm_s2_fault tracepoint"
fi
exit $failed
