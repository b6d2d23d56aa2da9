/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects for programs. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "patctl/print/json.h"

static char name[] = "a \"quoted\" \xC3\xA9", user[] = "alice", status[] = "active", unused[] = "",
	    service[] = "sudo", pattern[] = "ssh*", hours[] = "Mon 08:00-18:00", reason[] = "lost",
	    address[] = "192.0.2.7", network[] = "192.0.2.0/24", event[] = "used",
	    id[] = "abcDEF0123", how[] = "pam", tty[] = "pts/0", accepted[] = "accepted";
static char *none[] = { NULL }, *services[] = { service, pattern, NULL },
	    *sources[] = { network, NULL };

#define UNRESTRICTED                                                                               \
	{                                                                                          \
		[PAT_SERVICES] = { .list = none }, [PAT_SOURCES] = { .list = none },               \
		[PAT_HOURS] = { .text = unused },                                                  \
	}

static void expect(json_t *object, const char *text)
{
	char *got = json_dumps(object, 0);

	assert_string_equal(got, text);
	free(got);
	json_decref(object);
}

static void missing_values_are_null(void **state)
{
	const struct token token = {
		.id = { "abcDEF0123" },
		.name = name,
		.user = user,
		.state = status,
		.restrictions = UNRESTRICTED,
		.revoked_reason = unused,
		.last_used_service = unused,
		.last_used_from = unused,
		.uid = 4294967295,
		.created_at = 1,
	};

	(void)state;
	expect(json_of_token(&token),
		"{\"id\": \"abcDEF0123\", \"name\": \"a \\\"quoted\\\" \xC3\xA9\", "
		"\"uid\": 4294967295, \"user\": \"alice\", \"state\": \"active\", "
		"\"created_at\": 1, \"created_by\": 0, \"expires_at\": null, "
		"\"services\": [], \"sources\": [], \"hours\": null, \"not_before\": null, "
		"\"max_uses\": null, \"uses\": 0, \"revoked_at\": null, \"revoked_until\": null, "
		"\"revoked_reason\": null, \"rotations\": 0, \"rotated_at\": null, "
		"\"former_until\": null, \"last_used_at\": null, \"last_used_service\": null, "
		"\"last_used_from\": null}");
}

static void all_values_of_a_token_are_written(void **state)
{
	const struct token token = {
		.id = { "abcDEF0123" },
		.name = user,
		.user = user,
		.state = status,
		.created_at = 1,
		.created_by = 5,
		.expires_at = UINT64_C(253402300799),
		.restrictions = { [PAT_SERVICES] = { .list = services },
			[PAT_SOURCES] = { .list = sources },
			[PAT_HOURS] = { .text = hours },
			[PAT_NOT_BEFORE] = { .number = 2 },
			[PAT_MAX_USES] = { .number = 7 } },
		.uses = 6,
		.revoked_at = 3,
		.revoked_until = 8,
		.revoked_reason = reason,
		.rotations = 2,
		.rotated_at = 9,
		.former_until = 10,
		.last_used_at = 4,
		.last_used_service = service,
		.last_used_from = address,
	};

	(void)state;
	expect(json_of_token(&token),
		"{\"id\": \"abcDEF0123\", \"name\": \"alice\", \"uid\": 0, "
		"\"user\": \"alice\", \"state\": \"active\", \"created_at\": 1, "
		"\"created_by\": 5, \"expires_at\": 253402300799, "
		"\"services\": [\"sudo\", \"ssh*\"], \"sources\": [\"192.0.2.0/24\"], "
		"\"hours\": \"Mon 08:00-18:00\", \"not_before\": 2, \"max_uses\": 7, \"uses\": 6, "
		"\"revoked_at\": 3, \"revoked_until\": 8, \"revoked_reason\": \"lost\", "
		"\"rotations\": 2, \"rotated_at\": 9, \"former_until\": 10, \"last_used_at\": 4, "
		"\"last_used_service\": \"sudo\", \"last_used_from\": \"192.0.2.7\"}");
}

static void use_without_a_source_is_local(void **state)
{
	const struct token token = {
		.id = { "abcDEF0123" },
		.name = user,
		.user = user,
		.state = status,
		.restrictions = UNRESTRICTED,
		.revoked_reason = unused,
		.last_used_at = 4,
		.last_used_service = service,
		.last_used_from = unused,
	};
	json_t *object = json_of_token(&token);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(object, "last_used_from")), "local");
	json_decref(object);
}

static void all_values_of_an_entry_are_written(void **state)
{
	const struct history_entry login = {
		.seq = 17,
		.at = 1,
		.event = event,
		.token = id,
		.name = name,
		.user = user,
		.uid = 1000,
		.how = how,
		.service = service,
		.from = address,
		.tty = tty,
		.result = accepted,
		.new_network = true,
		.unrecorded = 3,
		.detail = unused,
	};
	const struct history_entry about_everybody = {
		.seq = 18,
		.at = 2,
		.event = event,
		.token = unused,
		.name = unused,
		.user = unused,
		.how = how,
		.service = unused,
		.from = unused,
		.tty = unused,
		.result = unused,
		.detail = reason,
	};

	(void)state;
	expect(json_of_history_entry(&login),
		"{\"seq\": 17, \"at\": 1, \"event\": \"used\", \"id\": \"abcDEF0123\", "
		"\"name\": \"a \\\"quoted\\\" \xC3\xA9\", \"user\": \"alice\", \"uid\": 1000, "
		"\"by_uid\": 0, \"how\": \"pam\", \"service\": \"sudo\", \"from\": \"192.0.2.7\", "
		"\"tty\": \"pts/0\", \"result\": \"accepted\", \"new_service\": false, "
		"\"new_network\": true, \"unrecorded\": 3, \"detail\": null}");
	expect(json_of_history_entry(&about_everybody),
		"{\"seq\": 18, \"at\": 2, \"event\": \"used\", \"id\": null, \"name\": null, "
		"\"user\": null, \"uid\": null, \"by_uid\": 0, \"how\": \"pam\", "
		"\"service\": null, \"from\": null, \"tty\": null, \"result\": null, "
		"\"new_service\": false, \"new_network\": false, \"unrecorded\": 0, "
		"\"detail\": \"lost\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_values_are_null),
		cmocka_unit_test(all_values_of_a_token_are_written),
		cmocka_unit_test(use_without_a_source_is_local),
		cmocka_unit_test(all_values_of_an_entry_are_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
