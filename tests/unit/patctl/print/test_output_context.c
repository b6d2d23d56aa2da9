/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How uids are told. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "patctl/print/output_context.h"

#define GAMES 5 /* on every Debian */

static void tells(const char *host, uint32_t uid, const char *text)
{
	const struct output_context context = output_context_for(host);
	char *told = format_user(&context, uid);

	assert_string_equal(told, text);
	free(told);
}

static void local_users_have_names(void **state)
{
	(void)state;
	tells(NULL, 0, "root");
	tells(NULL, GAMES, "games");
	tells(NULL, UINT32_MAX - 1, "uid 4294967294");
}

static void remote_users_have_only_uids(void **state)
{
	(void)state;
	tells("web1", 0, "root");
	tells("web1", GAMES, "uid 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_users_have_names),
		cmocka_unit_test(remote_users_have_only_uids),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
