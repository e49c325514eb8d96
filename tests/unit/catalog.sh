#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every message that the exporter gives an ID has an entry in the journal's catalog, and
# the other way round; the entries name fields that the message has.
failed=0
ids=$(sed -n 's/.*"MESSAGE_ID=\([0-9a-f]*\)".*/\1/p' tools/tell.c | sort)
entries=$(sed -n 's/^-- \([0-9a-f]*\)$/\1/p' systemd/kvmmt.catalog | sort)
if [ -n "$ids" ] && [ "$ids" = "$entries" ] && ! grep -qvE '^[0-9a-f]{32}$' <<<"$ids"; then
	echo "ok catalog: it has what is told"
else
	echo "not ok catalog: $ids are told, it has $entries"
	failed=1
fi
for field in $(grep -o '@[A-Z_]*@' systemd/kvmmt.catalog | tr -d @ | sort -u); do
	if ! grep -q "\"$field=" tools/tell.c; then
		echo "not ok catalog: nothing has a field $field"
		failed=1
	fi
done
exit $failed
