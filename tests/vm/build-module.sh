#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# OUT/pfnmap.ko and OUT/vfio.ko for the kernel in BUILD, made if they are not there, not
# new or of another, and signed with that kernel's key: under lockdown no other is loaded.
#   build-module.sh BUILD OUT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
out=$(realpath -m "$2")
ko=$out/pfnmap.ko work=$out/build
mkdir -p "$work"
exec 9>"$out/lock"
flock 9
of="$build $(stat -c %Y "$build/vmlinux")"
if [ -e "$ko" ] && [ "$(cat "$out/of" 2>/dev/null)" = "$of" ]; then
	[ -n "$(find "$here/pfnmap" "$0" -newer "$ko")" ] || exit 0
fi
cp "$here"/pfnmap/* "$work/"
make -s -C "$build" M="$work" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- modules >"$out/log" 2>&1 || {
	cat "$out/log" >&2
	exit 1
}
if [ -e "$build/certs/signing_key.x509" ]; then
	hash=$(sed -n 's/^CONFIG_MODULE_SIG_HASH="\(.*\)"$/\1/p' "$build/.config")
	for module in "$work"/*.ko; do
		"$build/scripts/sign-file" "$hash" "$build"/certs/signing_key.{pem,x509} "$module"
	done
fi
mv "$work/vfio.ko" "$work/pfnmap.ko" "$out"
echo "$of" >"$out/of"
