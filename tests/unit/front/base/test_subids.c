/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of subuid(5): whom a uid counts for. */
#include "tests/unit/front/subuid.h"

static struct place place;
static sd_event *event;
static struct subids *subids;

static void sub_uids_count_for_their_owner(void **state)
{
	static const struct {
		uint32_t uid, owner;
	} table[] = {
		{ 0, 0 },
		{ 5, 5 },
		{ 99999, 99999 },
		{ 100000, 5 },
		{ 165535, 5 },
		{ 165536, 1 },
		{ 165537, 165537 },
		{ 200000, 1234 },
		{ 200009, 1234 },
		{ 200010, 200010 },
		{ 300000, 5 },
		{ UINT32_MAX, UINT32_MAX },
	};

	(void)state;
	subids = subuid_read(event, &place,
		"games:300000:10\n"
		"games:100000:65536\n"
		"daemon:165536:1\n"
		"1234:200000:10\n");
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(subids_owner(subids, table[i].uid) == table[i].owner, "uid %u: %u",
			table[i].uid, subids_owner(subids, table[i].uid));
}

static void ranges_of_unknown_owner_share_their_first_uid(void **state)
{
	(void)state;
	subids = subuid_read(event, &place, "nobody-has-that-name:100000:100\n");
	assert_int_equal(subids_owner(subids, 100000), 100000);
	assert_int_equal(subids_owner(subids, 100099), 100000);
	assert_int_equal(subids_owner(subids, 100100), 100100);
}

/* Root is not bounded as others are. */
static void ranges_of_root_do_not_count_for_root(void **state)
{
	(void)state;
	subids = subuid_read(event, &place, "root:100000:100\n0:200000:100\n");
	assert_int_equal(subids_owner(subids, 100099), 100000);
	assert_int_equal(subids_owner(subids, 200099), 200000);
}

static void lines_that_are_no_range_skipped(void **state)
{
	(void)state;
	subids = subuid_read(event, &place,
		"# games:1:2\n\ngames\ngames:\ngames:x:1\ngames:1:x\ngames:1:0\ngames:0:5\n"
		"games:4294967295:1\ngames:4294967000:4294967295\n:100:10\n"
		"games:1000:1:1\ngames:2000:1");
	assert_int_equal(subids_owner(subids, 1), 1);
	assert_int_equal(subids_owner(subids, 100), 100);
	assert_int_equal(subids_owner(subids, 1000), 1000);
	assert_int_equal(subids_owner(subids, 2000), 5);
}

static void uids_count_for_themselves_without_file(void **state)
{
	(void)state;
	assert_int_equal(subids_new(event, place_path(&place, "subuid"), &subids), 0);
	assert_int_equal(subids_owner(subids, 100000), 100000);
}

static int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return sd_event_new(&event) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	subids_free(subids);
	subids = NULL;
	sd_event_unref(event);
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sub_uids_count_for_their_owner),
		TEST(ranges_of_unknown_owner_share_their_first_uid),
		TEST(ranges_of_root_do_not_count_for_root),
		TEST(lines_that_are_no_range_skipped),
		TEST(uids_count_for_themselves_without_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
