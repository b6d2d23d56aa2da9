/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services: a line with the name of one, then the list, and maybe a line with another list. */
#include "common/wire.h"
#include "patd/model/services.h"
#include "tests/fuzz/patd/canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *service = fuzz_text(data, size), *text = strchr(service, '\n'), *wide = NULL;
	char list[CANONICAL_MAX], outer[CANONICAL_MAX];

	if (text)
		*text++ = '\0';
	if (text && (wide = strchr(text, '\n')))
		*wide++ = '\0';
	if (text && canonical_of(services_parse, text, list) && services_match(list, service))
		assert_between(strlen(service), 0, PAT_SERVICE_MAX);
	if (text && canonical_of(services_parse, text, list))
		assert_true(services_within(list, list));
	if (wide && canonical_of(services_parse, text, list) &&
		canonical_of(services_parse, wide, outer) && services_within(list, outer) &&
		services_match(list, service))
		assert_true(services_match(outer, service));
	assert_false(services_match("", service));
	free(service);
	return 0;
}
