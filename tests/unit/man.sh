#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every option that a command's --help lists stands in its man page, and the
# other way round; the pages are sound.
#   man.sh KVMMT
kvmmt=$1
failed=0
for command in record report diff export heatmap stat script top exporter features; do
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
	if warnings=$(mandoc -T lint -W warning "$page"); then
		echo "ok man: $page is sound"
	else
		echo "not ok man: $page: $warnings"
		failed=1
	fi
done
exit $failed
