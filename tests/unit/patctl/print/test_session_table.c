/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session in a line. */
#include "patctl/print/session_table.h"

#include "patctl/base/text.h"
#include "tests/unit/unit.h"

static void session_named_by_service_source_and_process(void **state)
{
	static const struct {
		struct session_row session;
		const char *text;
	} cases[] = {
		{ { .service = "sshd", .from = "192.0.2.7", .pid = 4711, .logind = "c2" },
			"sshd from 192.0.2.7, pid 4711, session c2" },
		{ { .service = "login", .from = "host.example", .pid = 4711 },
			"login from host.example, pid 4711" },
		{ { .service = "sudo", .from = "local", .pid = 4294967295 },
			"sudo, locally, pid 4294967295" },
		{ { .service = "monit", .from = "unknown", .pid = 1 },
			"monit from an unknown source, pid 1" },
		{ { .service = "s\x1b", .from = "local", .pid = 1, .logind = "c\x1b" },
			"s\\x1b, locally, pid 1, session c\\x1b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_text char *text = session_text(&cases[i].session);

		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_named_by_service_source_and_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
