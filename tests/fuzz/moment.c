// SPDX-License-Identifier: GPL-2.0
/* libFuzzer's way into the times that users write. */
#include <stdlib.h>
#include <string.h>

#include "moment.h"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	char *word = strndup((const char *)data, len);
	struct moment m;
	__u64 ns;

	if (word && !moment_parse(word, &m)) {
		moment_ns(&m, 90000000000, false, 1795276800000000000, &ns);
		moment_within(&m, 90000000000, 95000000000, 1795276800000000000, &ns);
		moment_ns(&m, ~0ull, true, 1795276800000000000, &ns);
	}
	free(word);
	return 0;
}
