#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run Debian's Alertmanager from where tests/prometheus.sh unpacked it: it looks for its
# templates in /usr/share, and is shown those that came with it.
#   alertmanager.sh BIN CONFIG DIRECTORY PORT
bin=$1 config=$2 dir=$3 port=$4
user=()
[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
exec unshare --mount ${user[@]+"${user[@]}"} sh -c \
	'mount -t overlay overlay -o "lowerdir=$1/share:/usr/share" /usr/share && shift && exec "$@"' sh "${bin%/bin}" \
	"$bin/prometheus-alertmanager" --config.file="$config" --storage.path="$dir" \
	--web.listen-address="127.0.0.1:$port" --cluster.listen-address=
