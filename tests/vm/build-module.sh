#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the test module for the kernel in BUILD, into OUT.
#   build-module.sh BUILD OUT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
out=$(realpath -m "$2")
mkdir -p "$out"
cp "$here"/pfnmap/* "$out/"
make -s -C "$build" M="$out" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- modules >"$out/log" 2>&1 || {
	rm -f "$out/pfnmap.ko"
	cat "$out/log" >&2
	exit 1
}
