// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings as the Common Trace Format 1.8: a directory with metadata, which
 * columns.c's lists give, and one stream. Opens in babeltrace2 and Trace Compass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "export.h"
#include "names.h"
#include "varint.h"

#define CTF_MAGIC 0xc1fc1fc1u

#define CTF_TIMES 8		/* offset in the stream: when its packet begins and ends */

struct ctf {
	__u64 first_ns, last_ns;	/* a stream's times do not go back */
};

static void write_types(FILE *f)
{
	int bits;

	for (bits = 8; bits <= 64; bits *= 2)
		fprintf(f,
			"typealias integer { size = %d; align = 8; signed = false; } := u%d;\n"
			"typealias integer { size = %d; align = 8; signed = true; } := s%d;\n"
			"typealias integer { size = %d; align = 8; signed = false; base = 16; } := x%d;\n",
			bits, bits, bits, bits, bits, bits);
}

static void write_event_class(FILE *f, int kind)
{
	size_t i;

	fprintf(f, "event {\n\tname = \"kvm_%s\";\n\tid = %d;\n\tstream_id = 0;\n\tfields := struct {\n",
		name_kind(kind), kind);
	for (i = 0; i < kind_columns[kind].nr; i++) {
		const struct column *c = &kind_columns[kind].columns[i];

		/* An underscore keeps a field's name from being a keyword. */
		fprintf(f, "\t\t%c%d _%s;\n", c->is_signed ? 's' : c->hex ? 'x' : 'u', c->width * 8,
			c->name);
	}
	fprintf(f, "\t};\n};\n");
}

/* As TSDL's strings want it; whose words they are, nobody knows. */
static void write_string(FILE *f, const char *name, const char *value)
{
	fprintf(f, "\t%s = \"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', f);
		fputc(*value, f);
	}
	fputs("\";\n", f);
}

static void write_metadata(FILE *f, const struct recording_info *info)
{
	int kind;

	fprintf(f, "/* CTF 1.8 */\n");
	write_types(f);
	fprintf(f,
		"trace {\n\tmajor = 1;\n\tminor = 8;\n\tbyte_order = le;\n"
		"\tpacket.header := struct { u32 magic; u32 stream_id; };\n};\n"
		"env {\n\tdomain = \"kernel\";\n\ttracer_name = \"kvmmt\";\n");
	write_string(f, "hostname", info->hostname);
	write_string(f, "kernel_release", info->host.release);
	fprintf(f,
		"};\nclock {\n\tname = monotonic;\n\tfreq = 1000000000;\n\toffset = %lld;\n};\n"
		"typealias integer { size = 64; align = 8; signed = false; "
		"map = clock.monotonic.value; } := clock_ns;\n"
		"stream {\n\tid = 0;\n"
		"\tpacket.context := struct { clock_ns timestamp_begin; clock_ns timestamp_end; };\n"
		"\tevent.header := struct { u32 id; clock_ns timestamp; };\n"
		"\tevent.context := struct { u32 _cpu; string _vm; u32 _pid; s32 _vcpu; u32 _tid; "
		"string _comm; string _memory; };\n};\n",
		(long long)(info->realtime_ns > 0 ? info->realtime_ns : 0));
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		write_event_class(f, kind);
}

static void put_number(FILE *f, __u64 value, int bytes)
{
	for (; bytes--; value >>= 8)
		putc_unlocked(value & 0xff, f);
}

static int begin(struct export *x)
{
	char path[4096];
	FILE *metadata;
	int bad;

	snprintf(path, sizeof(path), "%s/metadata", x->path);
	metadata = fopen(path, "we");
	if (!metadata)
		return -errno;
	write_metadata(metadata, replay_info(x->source->replay));
	bad = ferror(metadata);
	if (fclose(metadata) || bad)
		return -EIO;
	x->state = calloc(1, sizeof(struct ctf));
	put_number(x->out, CTF_MAGIC, 4);
	put_number(x->out, 0, 4);
	put_number(x->out, 0, 8);	/* at CTF_TIMES: known in the end */
	put_number(x->out, 0, 8);
	return x->state ? 0 : -ENOMEM;
}

static void put_string(FILE *f, const char *word)
{
	fwrite_unlocked(word, 1, strlen(word) + 1, f);
}

static void event(struct export *x, const struct kvmmt_event *e, const char *vm_name,
		  const struct refused *memory)
{
	struct ctf *c = x->state;
	char comm[VM_NAME_LEN], what[REFUSED_LEN] = "";
	size_t i;

	if (e->time_ns > c->last_ns)
		c->last_ns = e->time_ns;
	if (!c->first_ns)
		c->first_ns = c->last_ns;
	vm_clean_name(comm, e->comm, strnlen(e->comm, KVMMT_COMM_LEN));
	put_number(x->out, e->kind, 4);
	put_number(x->out, c->last_ns, 8);
	put_number(x->out, e->cpu, 4);
	put_string(x->out, vm_name);
	put_number(x->out, e->pid, 4);
	put_number(x->out, (__u32)e->vcpu, 4);
	put_number(x->out, e->tid, 4);
	put_string(x->out, comm);
	if (memory)
		refused_text(memory->slot, memory->backing, what);
	put_string(x->out, what);
	for (i = 0; i < kind_columns[e->kind].nr; i++) {
		const struct column *column = &kind_columns[e->kind].columns[i];

		put_number(x->out, column_load(e, column), column->width);
	}
}

static void end(struct export *x)
{
	struct ctf *c = x->state;

	if (c && !fseek(x->out, CTF_TIMES, SEEK_SET)) {
		put_number(x->out, c->first_ns, 8);
		put_number(x->out, c->last_ns, 8);
	}
	free(c);
}

const struct export_format export_ctf = {
	.name = "ctf",
	.help = "Common Trace Format, a directory, for babeltrace2 and Trace Compass",
	.directory = true,
	.file = "stream",
	.begin = begin,
	.event = event,
	.end = end,
};
