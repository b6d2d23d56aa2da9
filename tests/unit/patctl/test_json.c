/* The objects for programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "patctl/json.h"

static char name[] = "a \"quoted\" \xC3\xA9", user[] = "alice", status[] = "active", unused[] = "",
	    service[] = "sudo";

static void expect(const struct row *row, const char *text)
{
	json_t *object = json_of_row(row);
	char *got = json_dumps(object, 0);

	assert_string_equal(got, text);
	free(got);
	json_decref(object);
}

static void what_does_not_exist_is_an_explicit_null(void **state)
{
	const struct row row = {
		.id = { "abcDEF0123" },
		.name = name,
		.user = user,
		.state = status,
		.last_used_service = unused,
		.uid = 4294967295,
		.created_at = 1,
	};

	(void)state;
	expect(&row, "{\"id\": \"abcDEF0123\", \"name\": \"a \\\"quoted\\\" \xC3\xA9\", "
		     "\"uid\": 4294967295, \"user\": \"alice\", \"state\": \"active\", "
		     "\"created_at\": 1, \"expires_at\": null, \"revoked_at\": null, "
		     "\"last_used_at\": null, \"last_used_service\": null}");
}

static void times_are_integers_in_seconds(void **state)
{
	const struct row row = {
		.id = { "abcDEF0123" },
		.name = user,
		.user = user,
		.state = status,
		.last_used_service = service,
		.created_at = 1,
		.expires_at = UINT64_C(253402300799),
		.revoked_at = 3,
		.last_used_at = 4,
	};

	(void)state;
	expect(&row, "{\"id\": \"abcDEF0123\", \"name\": \"alice\", \"uid\": 0, "
		     "\"user\": \"alice\", \"state\": \"active\", \"created_at\": 1, "
		     "\"expires_at\": 253402300799, \"revoked_at\": 3, \"last_used_at\": 4, "
		     "\"last_used_service\": \"sudo\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_exist_is_an_explicit_null),
		cmocka_unit_test(times_are_integers_in_seconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
