/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An argument of --expires: the first 5 bytes are the time that it is. */
#include "patctl/base/expiry.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	const uint64_t now = fuzz_number(&bytes, 5) % UINT64_C(253402300799);
	char *text = fuzz_text(bytes.at, bytes.left);
	struct expiry expiry;

	if (!expiry_parse(text, now, &expiry)) {
		assert_true(expiry.kind != EXPIRY_DEFAULT);
		assert_true(expiry.kind != EXPIRY_LIFETIME || expiry.seconds > 0);
		assert_true(expiry.kind != EXPIRY_AT || expiry.seconds > 0);
	}
	free(text);
	return 0;
}
