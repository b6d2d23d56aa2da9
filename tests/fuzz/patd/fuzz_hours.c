/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hours: the first 8 bytes are the time that is asked for, the rest is what somebody wrote. */
#include "patd/model/hours.h"
#include "tests/fuzz/patd/canonical.h"

#define LAST UINT64_C(253402300799) /* 9999-12-31 23:59:59 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	const uint64_t time = fuzz_number(&bytes, sizeof(uint64_t)) % LAST;
	char *text = fuzz_text(bytes.at, bytes.left), hours[CANONICAL_MAX];

	if (canonical_of(hours_parse, text, hours)) {
		(void)hours_match(hours, time);
		(void)hours_within(hours, hours);
	}
	free(text);
	return 0;
}
