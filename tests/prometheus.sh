#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the directory that has Debian's prometheus, promtool, prometheus-alertmanager
# and amtool.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. /etc/os-release
packages="prometheus prometheus-alertmanager"
[ "$VERSION_CODENAME" = bookworm ] || packages+=" promtool"
root=$("$here/unpack.sh" prometheus $packages)
echo "$root/usr/bin"
