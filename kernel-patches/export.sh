#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Write the commits of TREE above BASE as the series. The cover letter is kept
# by hand.
#   export.sh TREE BASE [DIRECTORY]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?export.sh: which kernel tree?}
base=${2:?export.sh: above which commit?}
out=$(realpath -m "${3:-$here/v6.12}")

mkdir -p "$out"
rm -f "$out"/000[1-9]-*.patch "$out"/00[1-9][0-9]-*.patch
git -C "$tree" -c core.abbrev=12 -c format.signature= format-patch -q -U2 --zero-commit --no-signature \
	--no-numbered --no-renames --diff-algorithm=histogram -o "$out" "$base..HEAD"
