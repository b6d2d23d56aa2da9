/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks: a line of where somebody comes from, then the list. */
#include "patd/model/sources.h"
#include "tests/fuzz/patd/canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *rhost = fuzz_text(data, size), *text = strchr(rhost, '\n');
	char list[CANONICAL_MAX], network[SOURCES_NETWORK_MAX], again[SOURCES_NETWORK_MAX];

	if (text)
		*text++ = '\0';
	sources_network(rhost, network);
	assert_true(strnlen(network, sizeof(network)) < sizeof(network));
	if (text && canonical_of(sources_parse, text, list)) {
		(void)sources_match(list, rhost);
		assert_true(sources_within(list, list));
	}
	/* What is kept as a network is where the login came from, whatever a host is called. */
	if (!strchr(network, ',') && !sources_parse(network, again, sizeof(again)) &&
		strcmp(again, network) == 0)
		assert_true(sources_match(again, rhost));
	free(rhost);
	return 0;
}
