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
# systemd's own reader takes it, each entry with its subject.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/usr/lib/systemd/catalog" "$root/var/lib/systemd/catalog"
cp systemd/kvmmt.catalog "$root/usr/lib/systemd/catalog"
said=$(journalctl --root="$root" --update-catalog 2>&1; journalctl --root="$root" --list-catalog 2>&1)
if [ "$(sed -n 's/^\([0-9a-f]*\) kvmmt: .*@KVMMT_VM@.*/\1/p' <<<"$said" | sort)" = "$ids" ]; then
	echo "ok catalog: journalctl reads it"
else
	echo "not ok catalog: journalctl reads it: $said"
	failed=1
fi
# So it does with the units: a word that it does not know would be passed over.
verify() { systemd-analyze verify --man=no "$root"/units/kvmmt-exporter.{service,socket} 2>&1; }
mkdir "$root/units"
cp systemd/kvmmt-exporter.socket "$root/units"
sed 's|/usr/bin/kvmmt|/bin/true|' systemd/kvmmt-exporter.service >"$root/units/kvmmt-exporter.service"
said=$(verify)
status=$?
echo 'ProtectAll=yes' >>"$root/units/kvmmt-exporter.service"
if [ "$status" = 0 ] && [ -z "$said" ] && [[ $(verify) = *ProtectAll* ]]; then
	echo "ok catalog: systemd knows each word of the units"
else
	echo "not ok catalog: systemd knows each word of the units: $said"
	failed=1
fi
# From 0, shut tight, to 10; how it is counted differs a little by systemd's version.
level=$(systemd-analyze security --offline=yes systemd/kvmmt-exporter.service 2>/dev/null |
	sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
if [ -z "$level" ]; then
	echo "skip catalog: exposure of the unit: no systemd-analyze security --offline here"
elif awk -v level="$level" 'BEGIN { exit level > 2.5 }'; then
	echo "ok catalog: the unit's exposure level is $level"
else
	echo "not ok catalog: the unit's exposure level is $level, above 2.5"
	failed=1
fi
exit $failed
