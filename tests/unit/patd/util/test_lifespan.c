/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ids of what runs. */
#include "tests/unit/patd/fake_machine.h"

#define ID_1 MACHINE_ID("1")

static struct place place;
static struct lifespans lifespans;

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	lifespans = (struct lifespans) { .root = place.dir, .session = machine_session };
	machine_session_uid = 1000;
	machine_session_result = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

static void a_boot_has_the_id_of_the_kernel(void **state)
{
	char id[LIFESPAN_ID_SIZE] = "", again[LIFESPAN_ID_SIZE] = "";

	(void)state;
	machine_boot(&place, "2f8a1b04-7d6e-4c39-9a51-0e6b7c8d9fa0\n");
	assert_int_equal(lifespan_boot(&lifespans, id), 0);
	assert_string_equal(id, "2f8a1b047d6e4c399a510e6b7c8d9fa0");
	assert_int_equal(lifespan_boot(&lifespans_machine, id), 0);
	assert_int_equal(lifespan_boot(&lifespans_machine, again), 0);
	assert_string_equal(id, again);
}

static void what_is_no_id_of_a_boot_is_none(void **state)
{
	static const char *const texts[] = { "", "\n", "1", "not an id\n",
		"00000000-0000-0000-0000-000000000000\n", "2f8a1b04-7d6e-4c39-9a51-0e6b7c8d9fa\n",
		"2f8a1b04-7d6e-4c39-9a51-0e6b7c8d9fa00\n",
		"2f8a1b04-7d6e-4c39-9a51-0e6b7c8d9fa0 "
		"2f8a1b04-7d6e-4c39-9a51-0e6b7c8d9fa0\n" };
	char id[LIFESPAN_ID_SIZE] = "kept";

	(void)state;
	assert_int_equal(lifespan_boot(&lifespans, id), -ENOENT);
	for (size_t i = 0; i < COUNT(texts); i++) {
		machine_boot(&place, texts[i]);
		assert_that(lifespan_boot(&lifespans, id) < 0, "%s", texts[i]);
	}
	assert_string_equal(id, "kept");
}

static void a_unit_has_the_id_of_this_start_until_it_stops(void **state)
{
	char id[LIFESPAN_ID_SIZE] = "";

	(void)state;
	machine_start(&place, "ci.service", ID_1);
	assert_int_equal(lifespan_unit(&lifespans, "ci.service", id), 0);
	assert_string_equal(id, ID_1);
	assert_int_equal(lifespan_unit(&lifespans, "ci", id), -ENOENT);
	machine_start(&place, "ci.service", MACHINE_ID("2"));
	assert_int_equal(lifespan_unit(&lifespans, "ci.service", id), 0);
	assert_string_equal(id, MACHINE_ID("2"));
	machine_stop(&place, "ci.service");
	assert_int_equal(lifespan_unit(&lifespans, "ci.service", id), -ENOENT);
}

static void what_is_no_id_of_a_unit_is_none(void **state)
{
	static const char *const texts[] = { "1", "/etc/passwd", MACHINE_ID("0"), MACHINE_ID("g"),
		ID_1 "1", ID_1 ID_1 ID_1 };
	char id[LIFESPAN_ID_SIZE] = "kept";

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		machine_start(&place, "ci.service", texts[i]);
		assert_that(lifespan_unit(&lifespans, "ci.service", id) < 0, "%s", texts[i]);
	}
	/* No link. */
	machine_stop(&place, "ci.service");
	place_write(&place, "run/systemd/units/invocation:ci.service", 0644, ID_1, strlen(ID_1));
	assert_true(lifespan_unit(&lifespans, "ci.service", id) < 0);
	assert_string_equal(id, "kept");
}

static void a_session_is_logind_s_and_has_the_id_of_its_scope(void **state)
{
	char id[LIFESPAN_ID_SIZE] = "";
	uint32_t uid = 0;

	(void)state;
	assert_int_equal(lifespan_session(&lifespans, "c2", id, &uid), -ENOENT);
	machine_start(&place, "session-c2.scope", ID_1);
	assert_int_equal(lifespan_session(&lifespans, "c2", id, &uid), 0);
	assert_string_equal(id, ID_1);
	assert_int_equal(uid, 1000);
	machine_start(&place, "session-3.scope", ID_1);
	assert_true(lifespan_session(&lifespans, "3", id, &uid) < 0);
	/* It is closing: processes of it are left in the scope. */
	machine_session_result = -ESHUTDOWN;
	assert_true(lifespan_session(&lifespans, "c2", id, &uid) < 0);
}

static void no_session_is_found_where_logind_is_not(void **state)
{
	char id[LIFESPAN_ID_SIZE];
	uint32_t uid;

	(void)state;
	assert_true(lifespan_session(&lifespans_machine, "nosuchsession", id, &uid) < 0);
}

static void a_path_that_is_too_long_is_none(void **state)
{
	static char root[8192], name[512];
	char id[LIFESPAN_ID_SIZE];
	uint32_t uid;

	(void)state;
	memset(root, '/', sizeof(root) - 1);
	memset(name, '2', sizeof(name) - 1);
	assert_int_equal(lifespan_session(&lifespans, name, id, &uid), -ENAMETOOLONG);
	lifespans.root = root;
	assert_int_equal(lifespan_boot(&lifespans, id), -ENAMETOOLONG);
	assert_int_equal(lifespan_unit(&lifespans, "ci.service", id), -ENAMETOOLONG);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_boot_has_the_id_of_the_kernel),
		TEST(what_is_no_id_of_a_boot_is_none),
		TEST(a_unit_has_the_id_of_this_start_until_it_stops),
		TEST(what_is_no_id_of_a_unit_is_none),
		TEST(a_session_is_logind_s_and_has_the_id_of_its_scope),
		TEST(no_session_is_found_where_logind_is_not),
		TEST(a_path_that_is_too_long_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
