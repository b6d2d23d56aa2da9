/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds of the ageing of passwords and of what sudo remembers. */
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

static bool has_tokens(const char *user, const void *userdata)
{
	(void)userdata;
	return strcmp(user, "deploy") == 0;
}

/* The entries of deploy and of another user; changed: days from today. */
static void look(const char *password, long changed, const char *rest)
{
	const long today = (long)(time(NULL) / 86400);
	cleanup_text char *entries = text_format("deploy:%s:%ld:%s\nother:%s:%ld:%s\n", password,
		today + changed, rest, password, today + changed, rest);

	image_write(&image, "/etc/shadow", entries);
	findings_clear(&doctor.findings);
	doctor_ageing(&doctor, has_tokens, NULL);
}

static void expect_one(const char *text, const char *advice)
{
	assert_int_equal(doctor.findings.n, 1);
	assert_int_equal(doctor.findings.items[0].level, LEVEL_WARNING);
	assert_that(strstr(doctor.findings.items[0].text, text) != NULL, "%s",
		doctor.findings.items[0].text);
	assert_string_equal(doctor.findings.items[0].advice, advice);
}

static void a_locked_password_that_ages_is_a_warning_before_it_expires(void **state)
{
	(void)state;
	look("!", -10, "0:99999:7:::");
	assert_int_equal(doctor.findings.n, 0);
	look("!", -10, ":::::");
	assert_int_equal(doctor.findings.n, 0);
	look("!", -10, "0:90:7:::");
	assert_int_equal(doctor.findings.n, 0);
	look("!", -85, "0:90:7:::");
	expect_one("when the locked password expires in 5 days", "chage -M -1 deploy");
	look("*", -91, "0:90:7:::");
	expect_one("user deploy has tokens, which are refused: the password has expired",
		"chage -M -1 deploy");
}

static void a_password_that_its_user_knows_is_the_users_to_change(void **state)
{
	(void)state;
	look("$y$j9T$x$y", -85, "0:90:7:::");
	assert_int_equal(doctor.findings.n, 0);
	look("$y$j9T$x$y", -91, "0:90:7:::");
	expect_one("the password has expired",
		"the user has to log in with the password, and change it");
	look("$y$j9T$x$y", -91, "0:90:7:1::");
	expect_one("the password has expired",
		"the user has to log in with the password, and change it");
}

static void a_password_that_nobody_may_change_any_more_is_the_administrators(void **state)
{
	(void)state;
	look("$y$j9T$x$y", -92, "0:90:7:1::");
	expect_one("so long ago that the user cannot change it", "chage -I -1 deploy");
	look("$y$j9T$x$y", -91, "0:90:7:0::");
	expect_one("so long ago that the user cannot change it", "chage -I -1 deploy");
	look("!", -92, "0:90:7:1::");
	expect_one("the password has expired", "chage -M -1 deploy");
}

static void an_account_that_has_expired_or_must_change_its_password_is_a_warning(void **state)
{
	(void)state;
	look("!", -10, "0:99999:7::1:");
	expect_one("the account has expired", "chage -E -1 deploy");
	image_write(&image, "/etc/shadow", "deploy:!:0:0:99999:7:::\n");
	findings_clear(&doctor.findings);
	doctor_ageing(&doctor, has_tokens, NULL);
	expect_one("refused: the password must be changed", "chage -d -1 deploy");
}

static struct token_row revoked(const char *service, int64_t ago)
{
	struct token_row token = { .uid = 4711, .revoked_at = (uint64_t)(time(NULL) - ago) };

	(void)strcpy(token.user, "alice");
	(void)strcpy(token.state, "revoked");
	(void)strcpy(token.last_used_service, service);
	(void)strcpy(token.id.text, "CL48DsYXGA");
	return token;
}

static void look_sudo(struct token_row token)
{
	findings_clear(&doctor.findings);
	doctor_sudo(&doctor, &token);
}

static void what_sudo_remembers_of_a_revoked_token_is_a_warning(void **state)
{
	(void)state;
	look_sudo(revoked("sudo", 10));
	assert_int_equal(doctor.findings.n, 0);
	image_write(&image, "/run/sudo/ts/alice", "");
	look_sudo(revoked("sudo", 10));
	expect_one("token CL48DsYXGA of user alice was revoked", "rm -f /run/sudo/ts/alice");
	look_sudo(revoked("sshd", 10));
	assert_int_equal(doctor.findings.n, 0);
	look_sudo(revoked("sudo", 1000));
	assert_int_equal(doctor.findings.n, 0);
	assert_int_equal(remove(image_path(&image, "/run/sudo/ts/alice")), 0);
	image_write(&image, "/run/sudo/ts/4711", "");
	look_sudo(revoked("sudo-i", 10));
	expect_one("token CL48DsYXGA of user alice was revoked", "rm -f /run/sudo/ts/4711");
}

/* In seconds: what is within the time that sudoers says, and what is not. */
static void expect_timeout(int64_t within, int64_t beyond)
{
	look_sudo(revoked("sudo", within));
	assert_int_equal(doctor.findings.n, 1);
	look_sudo(revoked("sudo", beyond));
	assert_int_equal(doctor.findings.n, 0);
}

static void look_approvals(const char *services)
{
	struct token_row token = {
		.uid = 4711, .user = "alice", .state = "active", .id = { "CL48DsYXGA" }
	};

	token.limits.confirm = true;
	pat_field_cut(token.limits.services, sizeof(token.limits.services), services);
	findings_clear(&doctor.findings);
	doctor_sudo_approvals(&doctor, &token);
}

static void what_sudo_would_let_pass_without_an_approval_is_a_warning(void **state)
{
	static const char policy[] = "/etc/sudoers.d/agent";

	(void)state;
	image_write(&image, "/etc/sudoers",
		"Defaults env_reset\n@includedir /etc/sudoers.d\n@include sudoers\n"
		"@include /etc/sudoers\n");
	image_write(&image, policy, "Defaults passwd_tries=1\n");
	look_approvals("sudo");
	expect_one("token CL48DsYXGA of user alice waits for an approval at each use, but",
		"visudo -f /etc/sudoers.d/agent, and add: Defaults:alice timestamp_timeout=0");
	look_approvals("sshd");
	assert_int_equal(doctor.findings.n, 0);
	image_write(&image, policy, "Defaults passwd_tries=1\nDefaults:bob timestamp_timeout=0\n");
	look_approvals("");
	assert_int_equal(doctor.findings.n, 1);
	image_write(&image, policy, "Defaults:bob,alice timestamp_timeout=0, passwd_tries=1\n");
	look_approvals("sudo");
	assert_int_equal(doctor.findings.n, 0);
	image_write(&image, policy,
		"Defaults !timestamp_timeout,passwd_tries=1\nDefaults:alice timestamp_timeout=5\n");
	look_approvals("sudo");
	assert_int_equal(doctor.findings.n, 1);
	image_write(&image, policy, "Defaults !timestamp_timeout, passwd_tries=1\n");
	look_approvals("sudo");
	assert_int_equal(doctor.findings.n, 0);
}

static void sudo_that_asks_again_after_a_denied_use_is_a_warning(void **state)
{
	static const char policy[] = "/etc/sudoers.d/agent";

	(void)state;
	image_write(&image, "/etc/sudoers", "@includedir /etc/sudoers.d\n");
	image_write(&image, policy, "Defaults:alice timestamp_timeout=0\n");
	look_approvals("sudo");
	expect_one("token CL48DsYXGA of user alice waits for an approval at each use, and",
		"visudo -f /etc/sudoers.d/agent, and add: Defaults:alice passwd_tries=1");
	look_approvals("sshd");
	assert_int_equal(doctor.findings.n, 0);
	image_write(
		&image, policy, "Defaults timestamp_timeout=0\nDefaults:alice passwd_tries=2\n");
	look_approvals("sudo");
	assert_int_equal(doctor.findings.n, 1);
	image_write(&image, policy, "Defaults:alice timestamp_timeout=0, passwd_tries=1\n");
	look_approvals("sudo");
	assert_int_equal(doctor.findings.n, 0);
}

static void sudo_remembers_for_as_long_as_sudoers_says(void **state)
{
	static const char policy[] = "/etc/sudoers.d/policy";

	(void)state;
	image_write(&image, "/run/sudo/ts/alice", "");
	expect_timeout(800, 1000);
	image_write(&image, "/etc/sudoers",
		"Defaults env_reset\n#Defaults timestamp_timeout=90\n@includedir /etc/sudoers.d\n");
	image_write(&image, "/etc/sudoers.d/README.old", "Defaults timestamp_timeout=90\n");
	image_write(&image, "/etc/sudoers.d/x~", "Defaults timestamp_timeout=90\n");
	expect_timeout(800, 1000);
	image_write(&image, policy, "Defaults\tinsults, timestamp_timeout = 2.5\n");
	expect_timeout(100, 200);
	image_write(&image, policy, "Defaults:alice timestamp_timeout=60\n#include local\n");
	expect_timeout(3500, 3700);
	image_write(&image, "/etc/local", "Defaults@host timestamp_timeout=120\n");
	expect_timeout(7000, 7300);
	image_write(&image, "/etc/local", "Defaults timestamp_timeout=-1\n");
	look_sudo(revoked("sudo", 1000000));
	assert_int_equal(doctor.findings.n, 1);
	image_write(&image, "/etc/local", "");
	image_write(&image, policy, "Defaults !timestamp_timeout\n");
	look_sudo(revoked("sudo", 10));
	assert_int_equal(doctor.findings.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_locked_password_that_ages_is_a_warning_before_it_expires),
		TEST(a_password_that_its_user_knows_is_the_users_to_change),
		TEST(a_password_that_nobody_may_change_any_more_is_the_administrators),
		TEST(an_account_that_has_expired_or_must_change_its_password_is_a_warning),
		TEST(what_sudo_remembers_of_a_revoked_token_is_a_warning),
		TEST(what_sudo_would_let_pass_without_an_approval_is_a_warning),
		TEST(sudo_that_asks_again_after_a_denied_use_is_a_warning),
		TEST(sudo_remembers_for_as_long_as_sudoers_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
