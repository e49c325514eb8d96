// SPDX-License-Identifier: GPL-2.0
/* See json.h. */
#include "json.h"

void json_begin(struct json *j, FILE *out)
{
	j->out = out;
	j->more = false;
	fputc('{', out);
}

void json_end(struct json *j)
{
	fputs("}\n", j->out);
}

static void quote(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void key_colon(struct json *j, const char *key)
{
	if (j->more)
		fputc(',', j->out);
	j->more = true;
	quote(j->out, key);
	fputc(':', j->out);
}

void json_open(struct json *j, const char *key)
{
	key_colon(j, key);
	fputc('{', j->out);
	j->more = false;
}

void json_close(struct json *j)
{
	fputc('}', j->out);
	j->more = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	key_colon(j, key);
	quote(j->out, value);
}

void json_number(struct json *j, const char *key, __u64 value)
{
	key_colon(j, key);
	fprintf(j->out, "%llu", (unsigned long long)value);
}

void json_signed(struct json *j, const char *key, long long value)
{
	key_colon(j, key);
	fprintf(j->out, "%lld", value);
}

void json_decimal(struct json *j, const char *key, double value)
{
	key_colon(j, key);
	fprintf(j->out, "%.9g", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	key_colon(j, key);
	fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
	key_colon(j, key);
	fputs("null", j->out);
}

void json_word(struct json *j, const char *key, const char *value)
{
	if (value)
		json_string(j, key, value);
	else
		json_null(j, key);
}

void json_address(struct json *j, const char *key, __u64 value)
{
	key_colon(j, key);
	fprintf(j->out, "\"0x%llx\"", (unsigned long long)value);
}
