/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hours: the first 8 bytes are the time that is asked for, the rest is what somebody wrote, and
 * maybe a line with other hours.
 */
#include <string.h>

#include "patd/model/hours.h"
#include "tests/fuzz/patd/canonical.h"

#define LAST UINT64_C(253402300799) /* 9999-12-31 23:59:59 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	const uint64_t time = fuzz_number(&bytes, sizeof(uint64_t)) % LAST;
	char *text = fuzz_text(bytes.at, bytes.left), *wide = strchr(text, '\n');
	char hours[CANONICAL_MAX], outer[CANONICAL_MAX];

	if (wide)
		*wide++ = '\0';
	if (canonical_of(hours_parse, text, hours) && hours_match(hours, time) && wide &&
		canonical_of(hours_parse, wide, outer) && hours_within(hours, outer))
		assert_true(hours_match(outer, time));
	free(text);
	return 0;
}
