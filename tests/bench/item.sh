# SPDX-License-Identifier: GPL-2.0
# For the scripts here to source: figures, to the reader and to the file $items.
: >"$items"
item() { # NAME VALUE UNIT HOW
	[[ $2 =~ ^[0-9.]+$ ]] || { echo "${0##*/}: no figure for $1" >&2; exit 1; }
	printf ',\n  {"name": "%s", "value": %s, "unit": "%s", "how": "%s"}' "$@" >>"$items"
	printf '%-34s %12s %s\n' "$1" "$2" "$3"
}
