// SPDX-License-Identifier: GPL-2.0
/* See json.h. */
#include <stdlib.h>

#include "json.h"
#include "text.h"
#include "utf8.h"

void json_begin(struct json *j, FILE *out)
{
	j->out = out;
	j->more = false;
	putc_unlocked('{', out);
}

void json_end(struct json *j)
{
	fputs_unlocked("}\n", j->out);
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void quote(FILE *out, const char *s)
{
	const char *from;
	size_t n;

	putc_unlocked('"', out);
	while (*s) {
		for (from = s; plain(*s); s++)
			;
		fwrite_unlocked(from, 1, s - from, out);
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s++);
		else if (*s & 0x80 && (n = utf8_char(s, strlen(s))))
			s += fwrite_unlocked(s, 1, n, out);
		else if (*s)
			fprintf(out, "\\u%04x", (unsigned char)*s++);
	}
	putc_unlocked('"', out);
}

/* Keys are plain words. */
static void key_colon(struct json *j, const char *key)
{
	char buf[64];
	struct text t = text_begin(buf, sizeof(buf));

	if (j->more)
		text_char(&t, ',');
	j->more = true;
	text_char(&t, '"');
	text_str(&t, key);
	text_str(&t, "\":");
	fwrite_unlocked(buf, 1, t.at - buf, j->out);
}

void json_open(struct json *j, const char *key)
{
	key_colon(j, key);
	putc_unlocked('{', j->out);
	j->more = false;
}

void json_close(struct json *j)
{
	putc_unlocked('}', j->out);
	j->more = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	key_colon(j, key);
	quote(j->out, value);
}

static void put(struct json *j, struct text t, const char *from)
{
	fwrite_unlocked(from, 1, t.at - from, j->out);
}

void json_number(struct json *j, const char *key, __u64 value)
{
	char buf[TEXT_NUMBER_LEN + 2];
	struct text t = text_begin(buf, sizeof(buf));

	key_colon(j, key);
	text_number(&t, value);
	put(j, t, buf);
}

void json_signed(struct json *j, const char *key, long long value)
{
	char buf[TEXT_NUMBER_LEN + 2];
	struct text t = text_begin(buf, sizeof(buf));

	key_colon(j, key);
	if (value < 0)
		text_char(&t, '-');
	text_number(&t, value < 0 ? -(__u64)value : (__u64)value);
	put(j, t, buf);
}

void json_decimal(struct json *j, const char *key, double value)
{
	char text[32];

	/* As few digits as say it all */
	snprintf(text, sizeof(text), "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof(text), "%.17g", value);
	key_colon(j, key);
	fputs_unlocked(text, j->out);
}

void json_decimal_us(struct json *j, const char *key, double value)
{
	key_colon(j, key);
	fprintf(j->out, "%.3f", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	key_colon(j, key);
	fputs_unlocked(value ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
	key_colon(j, key);
	fputs_unlocked("null", j->out);
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
	char buf[TEXT_NUMBER_LEN + 2];
	struct text t = text_begin(buf, sizeof(buf));

	key_colon(j, key);
	text_char(&t, '"');
	text_hex(&t, value);
	text_char(&t, '"');
	put(j, t, buf);
}
