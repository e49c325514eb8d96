#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Debian packages of the tool: build them from what is committed or added, let lintian
# look, install, run and purge them in an empty root.
# The maintainer's address is none: whoever publishes the packages puts in theirs.
#   deb.sh OUT-DIRECTORY
set -uo pipefail
out=$(realpath -m "$1")
failed=0
result() {
	if [ "$1" = 0 ]; then echo "ok deb: $2"; else echo "not ok deb: $2: $3"; failed=1; fi
}
rm -rf "$out"
mkdir -p "$out/kvmmt" "$out/root/var/lib/dpkg/info" "$out/root/var/lib/dpkg/updates"
touch "$out/root/var/lib/dpkg/status"
git ls-files -z | xargs -0 cp --parents -t "$out/kvmmt"
said=$(cd "$out/kvmmt" && dpkg-buildpackage -b -us -uc -d 2>&1)
result $? "the packages are built" "$said"
said=$(lintian --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$out"/*.changes 2>&1)
result $? "lintian has no complaint" "$said"

in_root() { dpkg --root="$out/root" --force-depends --force-script-chrootless --force-not-root "$@" 2>&1; }
said=$(in_root -i "$out"/kvmmt_*.deb "$out"/kvmmt-exporter_*.deb)
result $? "they are installed" "$said"
said=$("$out/root/usr/bin/kvmmt" --version 2>&1) && [ -e "$out/root/usr/lib/systemd/system/kvmmt-exporter.service" -o \
	-e "$out/root/lib/systemd/system/kvmmt-exporter.service" ]
result $? "the tool runs, its unit is there" "$said"
said=$(tests/unit/completion.sh "$out/root/usr/bin/kvmmt" "$out/root/usr/share/bash-completion/completions" 2>&1)
result $? "bash completes its commands and options" "$said"
rules=$out/root/usr/share/kvmmt/kvmmt.rules.yml missing=""
for page in $(sed -n 's|.*runbook_url: file://||p' "$rules"); do
	[ -e "$out/root$page" ] || missing+=" $page"
done
grep -q 'runbook_url: file:///' "$rules" && [ -z "$missing" ]
result $? "the page that an alert names is there" "not $missing"

# Recordings, where systemd puts the state of a DynamicUser: kept until the packages are purged.
state=$out/root/var/lib/private/kvmmt
mkdir -p "$state"
ln -s private/kvmmt "$out/root/var/lib/kvmmt"
echo addresses >"$state/kvmmt-20261121T120000Z.data"
said=$(in_root -r kvmmt-exporter) && [ -e "$state/kvmmt-20261121T120000Z.data" ]
result $? "recordings outlive a removal" "$said"
said=$(in_root -P kvmmt-exporter kvmmt && find "$out/root" -name '*kvmmt*')
[ -z "$(find "$out/root" -name '*kvmmt*' -not -path '*/var/log/*')" ]
result $? "and nothing is left when they are purged" "$said"
exit $failed
