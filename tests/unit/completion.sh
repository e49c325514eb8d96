#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What bash offers while one types a command line of kvmmt.
#   completion.sh KVMMT DIRECTORY-OF-COMPLETIONS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -L "$1" "$work/kvmmt"
ln -s kvmmt "$work/kvmmt-top"
touch "$work/my.kvmmt"
. "$2/kvmmt"
cd "$work" || exit 1
PATH=$work:$PATH
failed=0
compopt() { :; }	# works while bash completes only

# offered WORD...: what there is for the last one
offered()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_kvmmt
	printf '%s\n' "${COMPREPLY[@]}"
}

# offers "EXPECTED" WORD...: exactly these, in any order
offers()
{
	local want got
	want=$(tr ' ' '\n' <<<"$1" | sort)
	shift
	got=$(offered "$@" | sort)
	if [ "$got" = "$want" ]; then
		echo "ok completion: $*"
	else
		echo "not ok completion: $*: offers" $got", not" $want
		failed=1
	fi
}

offers "record report" kvmmt re
offers "features" kvmmt fe
offers "--rotate --refused" kvmmt record --r
offers "--on-refusal --on-storm" kvmmt record --on
offers "--input --interval" kvmmt-top --in
offers "my.kvmmt" kvmmt report m
offers "my.kvmmt" kvmmt-top -i my
offers "my.kvmmt" kvmmt stat --input = my
offers "my.kvmmt" kvmmt diff my.kvmmt my
offers "s2_fault s2_slot s2_invalidate" kvmmt record --kind s2
offers "chrome csv ctf" kvmmt export --format c
offers "refusals" kvmmt stat --sort refusals
offers "refusals" kvmmt-top --sort refusals
offers "vm,normal vm,normal_nc" kvmmt stat --fields vm,normal
offers "time,fault_ipa" kvmmt script --fields time,fault_
offers "my.kvmmt" kvmmt record -q -- cat m
offers "" kvmmt record --count 1
offers "" kvmmt report --from m
offers "my.kvmmt" kvmmt report --from 1 m
offers "" kvmmt nosuch --x
for command in $(kvmmt help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
	# Each option of the table has a short name, which argp lists apart.
	long=$(kvmmt "$command" --usage | tr -d '\n' | grep -oE -- '\[--[a-z-]+' | tr -d '[' | tr '\n' ' ')
	offers "${long% }" kvmmt "$command" --
done
exit $failed
