#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every command has a man page; every option that its --help lists stands there, and the
# other way round. The format's page has all that a recording says of itself in words. The
# pages are sound.
#   man.sh KVMMT
kvmmt=$1
failed=0
commands=$("$kvmmt" help | sed -nE 's/^  ([a-z]+) .*/\1/p')
listed=$(mandoc -T ascii docs/kvmmt.1 | col -bx | sed -nE "/^COMMANDS/,/^NAMES/s/^ {5,7}([a-z]+)( .*|$)/\1/p" | sort)
if [ "$(sort <<<"$commands")" = "$listed" ]; then
	echo "ok man: docs/kvmmt.1 has the commands of kvmmt help"
else
	echo "not ok man: docs/kvmmt.1 and kvmmt help differ:"
	diff <(sort <<<"$commands") <(echo "$listed")
	failed=1
fi
page=$(mandoc -T ascii docs/kvmmt.data.5 | col -b)
for word in $(head -c 4096 tests/cases/v1.kvmmt | strings -n 3 | sed -n '/^hostname/,/^field/s/ .*//p' | sort -u); do
	if grep -qw "$word" <<<"$page"; then
		echo "ok man: docs/kvmmt.data.5 has $word"
	else
		echo "not ok man: docs/kvmmt.data.5 lacks $word"
		failed=1
	fi
done
# The types of frames on disk are those that the page names.
types=$(python3 -c 'import struct, sys
file, at = open("tests/cases/v1.kvmmt", "rb").read(), 0
while at < len(file):
	kind, stored = struct.unpack_from("<II", file, at + 4)
	print(kind)
	at += 44 + stored' | sort -nu)
named=$(mandoc -T ascii docs/kvmmt.data.5 | col -bx | sed -nE 's/^ {5,7}([0-9]+) [A-Z]+( .*|$)/\1/p' | sort -n)
if [ -n "$types" ] && [ -z "$(comm -23 <(sort <<<"$types") <(sort <<<"$named"))" ]; then
	echo "ok man: docs/kvmmt.data.5 names the frames of tests/cases/v1.kvmmt"
else
	echo "not ok man: docs/kvmmt.data.5 names frames" $named, "on disk are" $types
	failed=1
fi
for command in $commands; do
	page=docs/kvmmt-$command.1
	help=$("$kvmmt" $command --help | grep -oE -- '--[a-z]+(-[a-z]+)*' | grep -vE -- '--(help|usage|version)$' | sort -u)
	man=$(mandoc -T ascii "$page" | col -b | grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u)
	if [ "$help" = "$man" ]; then
		echo "ok man: $page has the options of --help"
	else
		echo "not ok man: $page and --help differ:"
		diff <(echo "$help") <(echo "$man")
		failed=1
	fi
done
for page in docs/*.[15]; do
	if line=$(mandoc -T ascii "$page" | col -b | grep -E '(^| )\.[A-Z]{2}( |$)'); then
		echo "not ok man: $page shows a macro: $line"
		failed=1
	fi
	if warnings=$(mandoc -T lint -W warning "$page"); then
		echo "ok man: $page is sound"
	else
		echo "not ok man: $page: $warnings"
		failed=1
	fi
done
exit $failed
