/* SPDX-License-Identifier: GPL-2.0 */
/* JSON, one object a line, written as it goes. Keys are plain words. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

struct json {
	FILE *out;
	bool more;	/* a comma is due before the next member */
};

void json_begin(struct json *j, FILE *out);		/* { */
void json_end(struct json *j);				/* } and a newline */
void json_open(struct json *j, const char *key);	/* "key":{ */
void json_close(struct json *j);			/* } */
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, __u64 value);
void json_signed(struct json *j, const char *key, long long value);
void json_decimal(struct json *j, const char *key, double value);
/* With all its digits down to a thousandth: times in microseconds. */
void json_decimal_us(struct json *j, const char *key, double value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
/* A word, or null where kvmmt has none for the number beside it. */
void json_word(struct json *j, const char *key, const char *value);
/* An address, as a string: a JSON number has 53 bits. */
void json_address(struct json *j, const char *key, __u64 value);

#endif
