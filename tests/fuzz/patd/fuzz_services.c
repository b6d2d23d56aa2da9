/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services: a line with the name of one, then the list. */
#include "common/wire.h"
#include "patd/model/services.h"
#include "tests/fuzz/patd/canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *service = fuzz_text(data, size), *text = strchr(service, '\n'), list[CANONICAL_MAX];

	if (text)
		*text++ = '\0';
	if (text && canonical_of(services_parse, text, list) && services_match(list, service))
		assert_between(strlen(service), 0, PAT_SERVICE_MAX);
	assert_false(services_match("", service));
	free(service);
	return 0;
}
