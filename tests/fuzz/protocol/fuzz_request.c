/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for a request keeps every rule of its header, at its very size. */
#include "protocol/request.h"
#include "tests/fuzz/fuzz.h"

/* NUL-terminated, and NUL to the end. */
static void assert_text(const char *field, size_t size)
{
	for (size_t i = strnlen(field, size - 1); i < size; i++)
		assert_int_equal(field[i], 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request request;

	if (size > sizeof(request))
		return 0;
	memset(&request, 0, sizeof(request));
	if (size > 0)
		memcpy(&request, data, size);
	if (!request_check(&request, size))
		return 0;
	assert_int_equal(request.head.magic, REQUEST_MAGIC);
	assert_true(request.head.serial != 0);
	assert_int_equal(size, request_size(request.head.kind));
	assert_text(request.head.caller.user, sizeof(request.head.caller.user));
	switch (request.head.kind) {
	case REQUEST_LIST:
		assert_text(request.list.user, sizeof(request.list.user));
		assert_text(request.list.name, sizeof(request.list.name));
		assert_text(request.list.cursor, sizeof(request.list.cursor));
		assert_int_equal(request.list.given & ~(uint32_t)GIVEN_EVERYTHING, 0);
		break;
	case REQUEST_GENERATE:
		assert_text(request.generate.user, sizeof(request.generate.user));
		assert_text(request.generate.name, sizeof(request.generate.name));
		for (size_t r = 0; r < PAT_RESTRICTIONS; r++)
			assert_text(request.generate.texts[r], REQUEST_RESTRICTION_SIZE);
		break;
	case REQUEST_VERIFY:
		assert_true(pat_request_check(&request.verify, sizeof(request.verify)));
		break;
	default:
		break;
	}
	return 0;
}
