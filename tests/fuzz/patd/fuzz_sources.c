/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Networks: a line of where somebody comes from, then the list, and maybe a line with another.  The
 * first line is a terminal, too.
 */
#include "patd/model/sources.h"
#include "patd/rules/login_source.h"
#include "tests/fuzz/patd/canonical.h"

/* Of no service that is not listed; and a source is its own source. */
static void check_source(const char *rhost, const char *service)
{
	char source[sizeof(((struct pat_request *)0)->rhost)], again[sizeof(source)];

	login_source(&policy_default, service, rhost, rhost, source);
	login_source(&policy_default, service, "", rhost, again);
	assert_true(source[0] != '\0' || rhost[0] == '\0');
	assert_true(again[0] == '\0' || strcmp(again, SOURCES_UNKNOWN) == 0);
	if (strcmp(service, "monit") == 0)
		assert_true(source[0] != '\0' && again[0] != '\0');
	if (source[0] != '\0') {
		login_source(&policy_default, service, source, "", again);
		assert_string_equal(again, source);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *rhost = fuzz_text(data, size), *text = strchr(rhost, '\n'), *wide = NULL;
	char list[CANONICAL_MAX], outer[CANONICAL_MAX], network[SOURCES_NETWORK_MAX],
		again[SOURCES_NETWORK_MAX];

	if (text)
		*text++ = '\0';
	if (text && (wide = strchr(text, '\n')))
		*wide++ = '\0';
	check_source(rhost, "monit");
	check_source(rhost, "login");
	sources_network(rhost, network);
	assert_true(strnlen(network, sizeof(network)) < sizeof(network));
	if (text && canonical_of(sources_parse, text, list)) {
		(void)sources_match(list, rhost);
		assert_true(sources_within(list, list));
	}
	if (wide && canonical_of(sources_parse, text, list) &&
		canonical_of(sources_parse, wide, outer) && sources_within(list, outer) &&
		sources_match(list, rhost))
		assert_true(sources_match(outer, rhost));
	/* What is kept as a network is where the login came from, whatever a host is called. */
	if (!strchr(network, ',') && !sources_parse(network, again, sizeof(again)) &&
		strcmp(again, network) == 0)
		assert_true(sources_match(again, rhost));
	free(rhost);
	return 0;
}
