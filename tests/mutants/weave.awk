# SPDX-License-Identifier: GPL-2.0
# Weave mutations into copies of the source files that they change: where one applies,
# the kernel runs the mutation's lines if kvm_mutant has its number, and its own if not.
#   awk -v src=DIR -v out=DIR -f weave.awk FILE...
# Prints a line for each file written (`file PATH`) and mutation (`mutation N NAME
# TEST...`). Errors name the mutation.

function die(what) { print "mutants: " what >"/dev/stderr"; failed = 1; exit 1 }

function strip(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

function read_source(path,    line, status) {
	for (size = 0; (status = (getline line <(src "/" path))) > 0;)
		source[++size] = line
	close(src "/" path)
	if (status < 0)
		die(src "/" path ": cannot be read")
}

# The line where hunk @h's lines begin: they are there exactly once.
function find(h,    at, i, found, times) {
	for (at = 1; at <= size - lines[h] + 1; at++) {
		for (i = 1; i <= lines[h] && strip(source[at + i - 1]) == strip(text[h, i]); i++)
			;
		if (i > lines[h]) {
			found = at
			times++
		}
	}
	if (times != 1)
		die(name[owner[h]] ": its lines are " times + 0 " times in " path[h])
	return found
}

# The lines that hunk @h replaces are [begin, end): none, to put something before begin.
function place(h,    at, g, key) {
	at = find(h)
	begin[h] = at + first[h] - 1
	end[h] = begin[h] + replaced[h]
	for (g in here)
		if ((begin[g] != begin[h] || end[g] != end[h]) && begin[g] < end[h] && begin[h] < end[g])
			die(name[owner[h]] ": it overlaps " name[owner[g]])
	here[h]
	key = begin[h] "-" end[h]
	if (!(key in chain))
		ends[begin[h]] = ends[begin[h]] " " end[h]
	chain[key] = chain[key] " " h
}

function emit_choice(path, from, to, file,    hs, n, k, i) {
	n = split(chain[from "-" to], hs, " ")
	print "{" >file
	for (k = 1; k <= n; k++) {
		printf("%sif (kvm_mutant == %d) {\n", (k > 1) ? "} else " : "", owner[hs[k]]) >file
		if (at_line[hs[k]])
			printf "#line %d \"%s\"\n", at_line[hs[k]], of_file[hs[k]] >file
		for (i = 1; i <= added[hs[k]]; i++)
			print new[hs[k], i] >file
	}
	print "} else {" >file
	printf "#line %d \"%s\"\n", from, path >file
	for (i = from; i < to; i++)
		print source[i] >file
	print "} }" >file
}

function write_file(path,    file, i, n, k, es, to) {
	file = out "/" path
	system("mkdir -p '" substr(file, 1, match(file, /\/[^\/]*$/) - 1) "'")
	# A header may be nVHE's too, which no test runs and which has symbols of its own.
	print "#ifdef __KVM_NVHE_HYPERVISOR__\n#define kvm_mutant 0\n#else" >file
	print "extern int kvm_mutant;\n#endif" >file
	for (i = 1; i <= size;) {
		n = split(ends[i], es, " ")
		to = i
		for (k = 1; k <= n; k++) {
			emit_choice(path, i, es[k], file)
			if (es[k] > to)
				to = es[k]
		}
		if (to == i)
			print source[i++] >file
		i = to > i ? to : i
	}
	if (path ~ /\/vncr\.c$/)
		print "int kvm_mutant;\ncore_param(kvm_mutant, kvm_mutant, int, 0400);" >file
	close(file)
	print "file " path
}

/^= / {
	name[++mutations] = $2
	sub(/^= [^ ]+ */, "")
	tests[mutations] = $0
	if ($0 == "")
		die(name[mutations] ": which tests are to notice?")
	next
}
/^@ / {
	h = ++hunks
	path[h] = $2
	owner[h] = mutations
	of_file[h] = FILENAME
	next
}
/^[-+ ]/ && h {
	kind = substr($0, 1, 1)
	if (kind == "+") {
		if (!at_line[h])
			at_line[h] = FNR
		new[h, ++added[h]] = substr($0, 2)
	} else {
		text[h, ++lines[h]] = substr($0, 2)
		if (kind == "-" && !replaced[h]++)
			first[h] = lines[h]
	}
	# Nothing replaced: in front of the line that follows.
	if (kind == "+" && !replaced[h] && !first[h])
		first[h] = lines[h] + 1
	next
}
/^(#|$)/ { h = 0; next }
{ die(FILENAME ":" FNR ": what is this?") }

END {
	if (failed)
		exit 1
	for (h = 1; h <= hunks; h++)
		paths[path[h]]
	for (p in paths) {
		split("", source); split("", here); split("", chain); split("", ends)
		read_source(p)
		for (h = 1; h <= hunks; h++)
			if (path[h] == p)
				place(h)
		write_file(p)
	}
	for (m = 1; m <= mutations; m++)
		print "mutation", m, name[m], tests[m]
}
