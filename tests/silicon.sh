#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prove on a real arm64 machine what the lab cannot: docs/silicon.md.
#   silicon.sh BASE [ROUNDS]
# BASE: physical address of 4 MiB, 2 MiB aligned, that the kernel does not use
# (hidden with mem=) and that nobody else does. Its contents are overwritten.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
die() { echo "silicon: $*" >&2; exit 1; }

[ $# -ge 1 ] || { sed -n '4,6s/^# \?//p' "$0" >&2; exit 2; }
base=$1 rounds=${2:-20000}
[[ $base =~ ^0x[0-9a-fA-F]+$ ]] && [ $((base % 0x200000)) = 0 ] ||
	{ echo "silicon: BASE '$base' is no hexadecimal multiple of 0x200000" >&2; exit 2; }
[ "$(uname -m)" = aarch64 ] || die "this is $(uname -m); it has to run on the arm64 host itself"
[ "$(id -u)" = 0 ] || die "run it as root: it loads a module"
[ -c /dev/kvm ] || die "/dev/kvm: not there; is this an arm64 host with EL2?"
build=/lib/modules/$(uname -r)/build
[ -d "$build" ] || die "$build: not there; install linux-headers-$(uname -r)"

cd "$top"
make -s tools .output/vm/root/bin/silicon
tests/vm/build-module.sh "$build" .output/silicon
.output/native/kvmmt features
insmod .output/silicon/pfnmap.ko base="$base" || die "pfnmap.ko: base=$base is refused; see dmesg"
trap 'rmmod pfnmap' EXIT
# The program's results, then kvmmt's own count of the types it saw.
.output/native/kvmmt stat -- .output/vm/root/bin/silicon "$rounds"
