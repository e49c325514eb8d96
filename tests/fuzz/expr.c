// SPDX-License-Identifier: GPL-2.0
/* libFuzzer's way into the expressions of kvmmt report --assert. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

#include "expr.h"

static int look_up(void *ctx, const char *name, double *value)
{
	(void)ctx;
	*value = strlen(name);
	return *name == 'x' ? -ENODATA : *name == 'y' ? -ENOENT : 0;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	char *text = strndup((const char *)data, len), error[64];
	struct expr_value value;

	if (text)
		expr_eval(text, look_up, NULL, &value, error, sizeof(error));
	free(text);
	return 0;
}
