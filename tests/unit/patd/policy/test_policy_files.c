/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that patd.conf may be: their owner, mode, kind and size. */
#include <pwd.h>

#include "tests/unit/patd/policy/policy_world.h"

static void file_that_others_can_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0664, 0646, 0666, 0620 };

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		place_write(&place, "patd.conf", modes[i], "", 0);
		check_problems(
			"", "patd.conf: users other than the owner can write it: chmod go-w\n");
	}
	place_write(&place, "patd.conf", 0600, "", 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(chmod(place_path(&place, "patd.conf.d"), 0775), 0);
	check_problems("", "patd.conf.d: users other than the owner can write it");
	assert_int_equal(chmod(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(read_policy(), 0);
	if (!unit_is_root())
		return;
	assert_int_equal(chown(place_path(&place, "patd.conf"), getpwnam("games")->pw_uid, 0), 0);
	check_problems("", "patd.conf: belongs to neither root nor the user that patd");
}

static void path_that_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", place_path(&place, "patd.conf")), 0);
	check_problems("", "patd.conf: cannot be read: No such file or directory\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf")), 0);
	assert_int_equal(mkfifo(place_path(&place, "patd.conf"), 0600), 0);
	check_problems("", "patd.conf: is not a regular file\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf")), 0);
	write_text("patd.conf.d", "");
	check_problems("", "patd.conf.d: is not a folder\n");
	assert_int_equal(unlink(place_path(&place, "patd.conf.d")), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d/x.conf"), 0755), 0);
	check_problems("", "patd.conf.d/x.conf: is not a regular file\n");
	assert_int_equal(rmdir(place_path(&place, "patd.conf.d/x.conf")), 0);
	write_text("patd.conf.d/\xFF.conf", "");
	check_problems("", "patd.conf.d: the name of a file has a control character");
}

static void link_to_file_is_followed(void **state)
{
	(void)state;
	write_text("policy", "[tokens]\nmax_tokens = 3");
	assert_int_equal(symlink("policy", place_path(&place, "patd.conf")), 0);
	assert_int_equal(read_policy(), 0);
	assert_int_equal(policy_of(set)->max_tokens, 3);
}

static void file_above_1_mib_is_refused(void **state)
{
	static char text[(1 << 20) + 1];

	(void)state;
	memset(text, '\n', sizeof(text));
	place_write(&place, "patd.conf", 0600, text, sizeof(text) - 1);
	assert_int_equal(read_policy(), 0);
	place_write(&place, "patd.conf", 0600, text, sizeof(text));
	check_problems("", "patd.conf: is larger than 1 MiB\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_that_others_can_write_is_refused),
		TEST(path_that_is_no_file_is_refused),
		TEST(link_to_file_is_followed),
		TEST(file_above_1_mib_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
