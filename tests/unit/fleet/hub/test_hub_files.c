/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of which files for TLS are found fit for libpq. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet/hub/hub_files.h"

#define OTHER 5 /* a user who is not root */

/* Folders and files that the tests make, the files first. */
static const char *const made[] = { "file", ".postgresql/postgresql.crt",
	".postgresql/postgresql.key", ".postgresql", "" };

static int set_up(void **state)
{
	static char folder[32];

	(void)strcpy(folder, "/tmp/test_hub_files.XXXXXX");
	*state = folder;
	return mkdtemp(folder) && setenv("HOME", folder, 1) == 0 && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[64];

	for (size_t i = 0; i < COUNT(made); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, made[i]);
		(void)remove(path);
	}
	return 0;
}

static void put(const char *name, mode_t mode, uid_t uid)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchown(fd, uid, (gid_t)-1), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

/* What is said of a connection to those hosts; keyword: NULL, or that of the file of that name. */
static char *problem_of(
	const char *hosts, const char *keyword, const char *folder, const char *name)
{
	char text[256], file[128] = "";
	struct conninfo conninfo;
	char *why = NULL;

	if (keyword)
		(void)snprintf(file, sizeof(file), "%s=%s/%s", keyword, folder, name);
	(void)snprintf(text, sizeof(text), "host=%s sslmode=verify-full %s", hosts, file);
	assert_true(conninfo_read(text, "web1", &conninfo, &why));
	why = hub_files_problem(&conninfo);
	conninfo_clear(&conninfo);
	return why;
}

static void expect_fit(const char *hosts, const char *keyword, const char *folder, const char *name)
{
	char *why = problem_of(hosts, keyword, folder, name);

	assert_that(!why, "%s", why);
}

static void expect_unfit(
	const char *keyword, const char *folder, const char *name, const char *part)
{
	char *why = problem_of("hub", keyword, folder, name);

	assert_that(why && strstr(why, part), "%s", why ? why : "no problem");
	free(why);
}

static void a_missing_file_is_named_whichever_it_is(void **state)
{
	static const char *const keywords[] = { "sslrootcert", "sslcrl", "sslcert" };
	char expected[96];

	for (size_t i = 0; i < COUNT(keywords); i++) {
		(void)snprintf(expected, sizeof(expected), "%s of the hub, %s/none: No such file",
			keywords[i], (const char *)*state);
		expect_unfit(keywords[i], *state, "none", expected);
	}
}

static void a_folder_is_no_file(void **state)
{
	expect_unfit("sslcert", *state, "", "it is no file");
}

static void a_file_of_a_connection_without_tls_is_not_asked_for(void **state)
{
	expect_fit("/tmp", "sslcert", *state, "none");
	expect_fit("/tmp,/", "sslcert", *state, "none");
}

static void a_word_in_place_of_a_path_is_libpqs_to_judge(void **state)
{
	(void)state;
	expect_fit("hub", "sslrootcert", "system", "");
}

/* The key is asked for once there is a certificate; both are the user's in ~/.postgresql. */
static void put_unnamed(mode_t key, uid_t uid)
{
	assert_int_equal(mkdir(".postgresql", 0700), 0);
	put(".postgresql/postgresql.key", key, uid);
	expect_fit("hub", NULL, NULL, NULL);
	put(".postgresql/postgresql.crt", 0644, geteuid());
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	(void)state;
	put_unnamed(0444, geteuid());
	expect_unfit(NULL, NULL, NULL, "postgresql.key is not private to user patd-fleet");
	expect_unfit(NULL, NULL, NULL, "mode 0444; chown patd-fleet: ");
}

static void a_key_that_nobody_else_can_read_is_taken(void **state)
{
	(void)state;
	put_unnamed(0400, geteuid());
	expect_fit("hub", NULL, NULL, NULL);
}

static void a_group_may_read_the_key_of_root_alone(void **state)
{
	(void)state;
	if (!unit_is_root())
		return;
	put_unnamed(0640, 0);
	expect_fit("hub", NULL, NULL, NULL);
	put(".postgresql/postgresql.key", 0640, OTHER);
	expect_unfit(NULL, NULL, NULL, "uid 5, mode 0640");
	put(".postgresql/postgresql.key", 0660, 0);
	expect_unfit(NULL, NULL, NULL, "uid 0, mode 0660");
}

static void a_path_that_is_no_word_is_in_no_command(void **state)
{
	char text[256];
	struct conninfo conninfo;
	char *why = NULL;

	put("file", 0644, geteuid());
	assert_int_equal(rename("file", "a;b"), 0);
	(void)snprintf(text, sizeof(text),
		"host=hub sslmode=verify-full sslcert=%s/a;b sslkey=%s/a;b", (const char *)*state,
		(const char *)*state);
	assert_true(conninfo_read(text, "web1", &conninfo, &why));
	why = hub_files_problem(&conninfo);
	assert_that(why && strstr(why, "mode 0644") && !strstr(why, "chown"), "%s", why);
	free(why);
	conninfo_clear(&conninfo);
	assert_int_equal(remove("a;b"), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_file_is_named_whichever_it_is),
		TEST(a_folder_is_no_file),
		TEST(a_file_of_a_connection_without_tls_is_not_asked_for),
		TEST(a_word_in_place_of_a_path_is_libpqs_to_judge),
		TEST(a_key_that_others_can_read_is_refused),
		TEST(a_key_that_nobody_else_can_read_is_taken),
		TEST(a_group_may_read_the_key_of_root_alone),
		TEST(a_path_that_is_no_word_is_in_no_command),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
