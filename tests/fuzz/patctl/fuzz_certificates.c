/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate, in DER: doctor reads those of the hub as root. */
#include <sodium.h>
#include <stdio.h>

#include "patctl/base/certificates.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t base64_size = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
	char *base64 = malloc(base64_size), *text = NULL;
	struct certificates got;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	assert_non_null(base64);
	assert_non_null(file);
	(void)sodium_bin2base64(base64, base64_size, data, size, sodium_base64_VARIANT_ORIGINAL);
	(void)fprintf(file, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
	assert_int_equal(fclose(file), 0);
	file = fmemopen(text, len, "r");
	assert_non_null(file);
	if (certificates_read(file, &got) == 0)
		assert_int_equal(got.first, got.latest);
	assert_int_equal(fclose(file), 0);
	free(text);
	free(base64);
	return 0;
}
