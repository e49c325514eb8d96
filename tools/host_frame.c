// SPDX-License-Identifier: GPL-2.0
/*
 * A recording's first frame: lines of "word value". What decides how events are
 * to be read stands there, and the schema: which kinds and fields, by name.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "recording.h"

#define FIRST_LINE "kvmmt recording "

/* Facts that are yes, no or unknown */
static const struct fact {
	const char *word;
	size_t offset;
} facts[] = {
	{ "fwb", offsetof(struct recording_info, host.fwb) },
	{ "dic", offsetof(struct recording_info, host.dic) },
	{ "idc", offsetof(struct recording_info, host.idc) },
	{ "el2", offsetof(struct recording_info, host.el2) },
	{ "cacheable_pfnmap", offsetof(struct recording_info, host.cacheable_pfnmap) },
};

#define NR_FACTS (sizeof(facts) / sizeof(facts[0]))

static const char *const tri_words[] = { [NO] = "no", [YES] = "yes", [UNKNOWN] = "unknown" };

static void write_schema(FILE *f)
{
	int kind;
	size_t i;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++) {
		fprintf(f, "kind %d %s\n", kind, name_kind(kind));
		for (i = 0; i < kind_columns[kind].nr; i++) {
			const struct column *c = &kind_columns[kind].columns[i];

			fprintf(f, "field %d %s%s%s\n", kind, c->name, c->relative ? " " : "",
				c->relative ? c->relative : "");
		}
	}
}

size_t host_frame_write(const struct recording_info *info, char **text)
{
	size_t len = 0, i;
	FILE *f = open_memstream(text, &len);
	int kind, bad;

	if (!f)
		return 0;
	fprintf(f, FIRST_LINE "%d\n", KVMMT_RECORDING_VERSION);
	fprintf(f, "hostname %s\nmachine %s\nrelease %s\npage_size_bytes %ld\nrealtime_ns %lld\n",
		info->hostname, info->host.machine, info->host.release, info->host.page_size_bytes,
		(long long)info->realtime_ns);
	for (i = 0; i < NR_FACTS; i++)
		fprintf(f, "%s %s\n", facts[i].word,
			tri_words[*(const enum tri *)((const char *)info + facts[i].offset)]);
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (info->host.tracepoint[kind])
			fprintf(f, "tracepoint %s\n", name_kind(kind));
	if (info->refusals_only)
		fputs("refusals_only yes\n", f);
	if (info->samples)
		fputs("samples yes\n", f);
	write_schema(f);
	bad = ferror(f);
	if (fclose(f) || bad) {
		free(*text);
		return 0;
	}
	return len;
}

/* The value as one clean word, whoever wrote it. */
static void take_word(char *to, size_t room, const char *value)
{
	char clean[VM_NAME_LEN];

	vm_clean_name(clean, value, strlen(value));
	snprintf(to, room, "%s", clean);
}

static int take_schema(char *word, char *value, struct schema *schema)
{
	char *rest, *name, *relative;
	unsigned long number = strtoul(value, &rest, 10);

	name = strtok_r(rest, " ", &rest);
	if (!name)
		return -EBADMSG;
	if (!strcmp(word, "kind"))
		return schema_add_kind(schema, number, name);
	relative = strtok_r(NULL, " ", &rest);
	return schema_add_field(schema, number, name, relative);
}

static void take_fact(const char *word, const char *value, struct recording_info *info)
{
	size_t i, t;

	for (i = 0; i < NR_FACTS; i++)
		for (t = 0; !strcmp(facts[i].word, word) && t <= UNKNOWN; t++)
			if (!strcmp(tri_words[t], value))
				*(enum tri *)((char *)info + facts[i].offset) = t;
}

static void take_tracepoint(const char *value, struct recording_info *info)
{
	unsigned int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (!strcmp(value, name_kind(kind)))
			info->host.tracepoint[kind] = true;
}

/* A word that is not known is of a later kvmmt, and can be passed over. */
static int take_line(char *line, struct recording_info *info, struct schema *schema)
{
	char *value, *word = strtok_r(line, " ", &value);

	if (!word || !*value)
		return 0;
	if (!strcmp(word, "kind") || !strcmp(word, "field"))
		return take_schema(word, value, schema);
	if (!strcmp(word, "hostname"))
		take_word(info->hostname, sizeof(info->hostname), value);
	else if (!strcmp(word, "machine"))
		take_word(info->host.machine, sizeof(info->host.machine), value);
	else if (!strcmp(word, "release"))
		take_word(info->host.release, sizeof(info->host.release), value);
	else if (!strcmp(word, "page_size_bytes"))
		info->host.page_size_bytes = atol(value);
	else if (!strcmp(word, "realtime_ns"))
		info->realtime_ns = atoll(value);
	else if (!strcmp(word, "refusals_only"))
		info->refusals_only = !strcmp(value, "yes");
	else if (!strcmp(word, "samples"))
		info->samples = !strcmp(value, "yes");
	else if (!strcmp(word, "tracepoint"))
		take_tracepoint(value, info);
	else
		take_fact(word, value, info);
	return 0;
}

int host_frame_read(const char *text, size_t len, struct recording_info *info,
		    struct schema *schema)
{
	char *copy = strndup(text, len), *line, *rest;
	int err = -EBADMSG;

	memset(info, 0, sizeof(*info));
	memset(schema, 0, sizeof(*schema));
	info->host.fwb = info->host.dic = info->host.idc = UNKNOWN;
	info->host.el2 = info->host.cacheable_pfnmap = info->host.kvm = UNKNOWN;
	if (!copy)
		return -ENOMEM;
	line = strtok_r(copy, "\n", &rest);
	if (line && !strncmp(line, FIRST_LINE, strlen(FIRST_LINE)))
		err = atoi(line + strlen(FIRST_LINE)) > KVMMT_RECORDING_VERSION ? -EPROTONOSUPPORT : 0;
	while (!err && (line = strtok_r(NULL, "\n", &rest)))
		err = take_line(line, info, schema);
	info->host.arm64 = !strcmp(info->host.machine, "aarch64");
	free(copy);
	return err;
}
