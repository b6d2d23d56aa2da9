/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom doctor takes for locked out by pam_faillock. */
#include <time.h>

#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"
#include "tests/unit/patctl/root_image.h"

static struct image image;
static struct doctor doctor;

static int set_up(void **state)
{
	(void)state;
	image_make(&image);
	doctor = (struct doctor) { .root = &image.root };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	findings_clear(&doctor.findings);
	image_remove(&image);
	return 0;
}

/* A wrong password, so many seconds ago; not valid: of one that is forgotten. */
struct failure {
	bool valid;
	uint64_t ago;
};

#define FAILURES(...) ((const struct failure[]) { __VA_ARGS__, { 0 } })

/* ago 0 ends them. */
static size_t look(const char *path, const struct failure *failures)
{
	FILE *file = fopen(image_path(&image, path), "we");

	assert_non_null(file);
	for (; failures->ago != 0; failures++) {
		const uint64_t at = (uint64_t)time(NULL) - failures->ago;
		uint8_t record[64] = { 0 };

		record[54] = failures->valid;
		memcpy(record + 56, &at, sizeof(at));
		assert_int_equal(fwrite(record, sizeof(record), 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
	findings_clear(&doctor.findings);
	doctor_faillock(&doctor);
	return doctor.findings.n;
}

static void configure(const char *text)
{
	image_write(&image, "/etc/security/faillock.conf", text);
}

#define THREE FAILURES({ true, 60 }, { true, 50 }, { true, 40 })
#define THREE_LATE FAILURES({ true, 660 }, { true, 650 }, { true, 640 })

static void a_user_whom_faillock_has_locked_out_is_a_warning(void **state)
{
	(void)state;
	doctor_faillock(&doctor);
	assert_int_equal(doctor.findings.n, 0);
	image_write(&image, "/run/faillock/alice", "");
	assert_int_equal(
		look("/run/faillock/alice", FAILURES({ true, 60 }, { true, 50 }, { false, 40 })),
		0);
	assert_int_equal(look("/run/faillock/alice", THREE), 1);
	assert_int_equal(doctor.findings.items[0].level, LEVEL_WARNING);
	assert_non_null(strstr(doctor.findings.items[0].text,
		"pam_faillock counts 3 wrong passwords of user alice"));
	assert_string_equal(doctor.findings.items[0].advice, "faillock --user alice --reset");
	configure("# deny = 1\n deny=4 # more\n");
	assert_int_equal(look("/run/faillock/alice", THREE), 0);
	configure("deny = 0\n");
	assert_int_equal(look("/run/faillock/alice", THREE), 0);
	configure("dir = /var/tally\ndirectory = /run/faillock\n");
	image_write(&image, "/var/tally/bob", "");
	assert_int_equal(look("/var/tally/bob", THREE), 1);
	assert_string_equal(doctor.findings.items[0].advice, "faillock --user bob --reset");
}

/* As pam_faillock: it leaves its records, and does not count them. */
static void a_user_whom_faillock_lets_in_again_is_not_reported(void **state)
{
	(void)state;
	image_write(&image, "/run/faillock/alice", "");
	assert_int_equal(look("/run/faillock/alice", THREE_LATE), 0);
	assert_int_equal(
		look("/run/faillock/alice", FAILURES({ true, 1000 }, { true, 50 }, { true, 40 })),
		0);
	configure("unlock_time = 700\n");
	assert_int_equal(look("/run/faillock/alice", THREE_LATE), 1);
	configure("unlock_time = never\n");
	assert_int_equal(look("/run/faillock/alice", THREE_LATE), 1);
	configure("fail_interval = 2000\n");
	assert_int_equal(
		look("/run/faillock/alice", FAILURES({ true, 1000 }, { true, 50 }, { true, 40 })),
		1);
}

static void root_is_reported_only_where_faillock_denies_root(void **state)
{
	(void)state;
	image_write(&image, "/run/faillock/root", "");
	assert_int_equal(look("/run/faillock/root", THREE), 0);
	configure("even_deny_root\n");
	assert_int_equal(look("/run/faillock/root", THREE), 1);
	assert_int_equal(look("/run/faillock/root", THREE_LATE), 0);
	configure("root_unlock_time = 900\n");
	assert_int_equal(look("/run/faillock/root", THREE_LATE), 1);
	configure("root_unlock_time = 30\n");
	assert_int_equal(look("/run/faillock/root", THREE), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_user_whom_faillock_has_locked_out_is_a_warning),
		TEST(a_user_whom_faillock_lets_in_again_is_not_reported),
		TEST(root_is_reported_only_where_faillock_denies_root),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
