/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A period said twice is twice that period, whatever way it is written. */
#include <stdio.h>

#include "common/timespan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *twice;
	struct timespan once, both;

	assert_true(asprintf(&twice, "%s %s", text, text) >= 0);
	if (!timespan_parse(text, &once) && once.usec <= UINT64_MAX / 4 &&
		!timespan_parse(twice, &both)) {
		assert_int_equal(both.usec, 2 * once.usec);
		assert_int_equal(both.has_m, once.has_m);
	}
	free(twice);
	free(text);
	return 0;
}
