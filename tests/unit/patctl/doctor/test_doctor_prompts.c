/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds of modules that ask for a password again. */
#include "tests/unit/patctl/doctor/stack_image.h"

static const struct {
	const char *name, *common, *service;
	enum level level;
	const char *says;
} rows[] = {
	{ "the recipe above Kerberos, which prompts itself",
		"auth [success=3 default=ignore] pam_krb5.so minimum_uid=1000\n"
		"auth [success=2 default=ignore] pam_unix.so nullok try_first_pass\n"
		"auth requisite pam_deny.so\nauth requisite pam_deny.so\n"
		"auth required pam_permit.so\n",
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_WARNING,
		"a password is asked for twice: /etc/pam.d/common-auth:1 (pam_krb5.so)" },
	{ "Kerberos that takes the first password",
		"auth [success=3 default=ignore] pam_krb5.so minimum_uid=1000 try_first_pass\n"
		"auth [success=2 default=ignore] pam_unix.so nullok try_first_pass\n"
		"auth requisite pam_deny.so\nauth requisite pam_deny.so\n"
		"auth required pam_permit.so\n",
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "sssd, which takes the first password by itself",
		"auth [success=3 default=ignore] pam_sss.so forward_pass\n"
		"auth [success=2 default=ignore] pam_unix.so nullok try_first_pass\n"
		"auth requisite pam_deny.so\nauth requisite pam_deny.so\n"
		"auth required pam_permit.so\n",
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "sssd that is to prompt itself",
		"auth [success=3 default=ignore] pam_sss.so prompt_always\n"
		"auth [success=2 default=ignore] pam_unix.so nullok try_first_pass\n"
		"auth requisite pam_deny.so\nauth requisite pam_deny.so\n"
		"auth required pam_permit.so\n",
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_WARNING,
		"a password is asked for twice: /etc/pam.d/common-auth:1 (pam_sss.so)" },
	{ "sssd that is to prompt itself, and may not",
		"auth [success=2 default=ignore] pam_sss.so prompt_always use_first_pass\n" PLAIN,
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "pam_mount, which asks for what a token is not", COMMON_12 "auth optional pam_mount.so\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_mount.so)" },
	{ "pam_mount that never asks", COMMON_12 "auth optional pam_mount.so disable_interactive\n",
		"@include common-auth\n", LEVEL_OK, "tokens and passwords are accepted" },
	{ "pam_mount that a token does not reach", COMMON_12 "auth optional pam_mount.so\n",
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "kwallet, which knows no use_first_pass",
		COMMON_12 "auth optional pam_kwallet5.so use_first_pass\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_kwallet5.so)" },
	{ "Kerberos, which asks with use_first_pass too if there is none",
		COMMON_12 "auth optional pam_krb5.so use_first_pass\n", "@include common-auth\n",
		LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_krb5.so)" },
	{ "Kerberos that never asks", COMMON_12 "auth optional pam_krb5.so force_first_pass\n",
		"@include common-auth\n", LEVEL_OK, "tokens and passwords are accepted" },
	{ "a database, which prompts itself",
		"auth [success=2 default=ignore] pam_mysql.so user=x\n" PLAIN,
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_WARNING,
		"a password is asked for twice: /etc/pam.d/common-auth:1 (pam_mysql.so)" },
	{ "a database that never asks",
		COMMON_12 "auth optional pam_mysql.so user=x use_first_pass\n",
		"@include common-auth\n", LEVEL_OK, "tokens and passwords are accepted" },
	{ "shishi, which knows no option", COMMON_12 "auth optional pam_shishi.so use_first_pass\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_shishi.so)" },
	{ "a remote desktop, which knows no option",
		COMMON_12 "auth optional pam_freerdp2.so use_first_pass\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_freerdp2.so)" },
	{ "the other remote desktop", COMMON_12 "auth optional pam_x2go.so\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_x2go.so)" },
	{ "one-time passwords that take the place of one",
		COMMON_12 "auth optional pam_barada.so\n", "@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_barada.so)" },
	{ "a command that is given the password",
		COMMON_12 "auth optional pam_exec.so expose_authtok /bin/true\n",
		"@include common-auth\n", LEVEL_WARNING,
		"after a token, another module asks for a password: "
		"/etc/pam.d/common-auth:6 (pam_exec.so)" },
	{ "a command that is given none", COMMON_12 "auth optional pam_exec.so /bin/true\n",
		"@include common-auth\n", LEVEL_OK, "tokens and passwords are accepted" },
	{ "pam_mount that asks when the session begins", COMMON_12,
		"@include common-auth\nsession optional pam_mount.so\n", LEVEL_WARNING,
		"after a token, a module of the session asks for a password: "
		"/etc/pam.d/s:2 (pam_mount.so)" },
	{ "pam_mount that never asks when the session begins", COMMON_12,
		"@include common-auth\nsession optional pam_mount.so disable_interactive\n",
		LEVEL_OK, "tokens and passwords are accepted" },
};

static void what_asks_again_is_a_warning_and_what_does_not_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		image_write(&image, "/etc/pam.d/common-auth", rows[i].common);
		image_write(&image, "/etc/pam.d/s", rows[i].service);
		look();
		assert_that(says(rows[i].says, rows[i].level), "%s", rows[i].name);
		assert_that(findings_worst(&doctor.findings) == rows[i].level, "%s", rows[i].name);
		look_away();
	}
}

static void what_asks_again_is_mended_by_a_command_where_the_module_has_an_option(void **state)
{
	static const struct {
		const char *common, *service, *advice;
	} cases[] = {
		{ COMMON_12 "auth optional pam_mount.so\n", "@include common-auth\n",
			"sed -i '6 s/pam_mount\\.so/& disable_interactive/' "
			"/etc/pam.d/common-auth" },
		{ COMMON_12, "@include common-auth\nsession optional /opt/pam_mount.so debug\n",
			"sed -i '2 s/pam_mount\\.so/& disable_interactive/' /etc/pam.d/s" },
		{ "auth [success=3 default=ignore] pam_krb5.so minimum_uid=1000\n" PLAIN,
			"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n",
			"sed -i '1 s/pam_krb5\\.so/& try_first_pass/' /etc/pam.d/common-auth" },
		{ "auth [success=3 default=ignore] pam_sss.so prompt_always\n" PLAIN,
			"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n",
			"sed -i '1 s/\\sprompt_always//' /etc/pam.d/common-auth" },
		{ COMMON_12 "auth optional pam_userdb.so try_first_pass\n",
			"@include common-auth\n",
			"sed -i '6 s/try_first_pass/use_first_pass/' /etc/pam.d/common-auth" },
		{ COMMON_12 "auth optional \\\n  pam_mount.so \\\n  debug\n",
			"@include common-auth\n",
			"sed -i '6,8 s/pam_mount\\.so/& disable_interactive/' "
			"/etc/pam.d/common-auth" },
		{ COMMON_12 "auth optional pam_kwallet5.so\n", "@include common-auth\n",
			"end the stack with success=done" },
	};

	(void)state;
	image_write(&image, "/opt/pam_mount.so", "");
	for (size_t i = 0; i < COUNT(cases); i++) {
		image_write(&image, "/etc/pam.d/common-auth", cases[i].common);
		image_write(&image, "/etc/pam.d/s", cases[i].service);
		look();
		assert_that(advises(cases[i].advice), "%s", cases[i].advice);
		look_away();
	}
}

static void no_file_of_a_package_is_edited(void **state)
{
	(void)state;
	image_write(&image, "/usr/lib/pam.d/v", COMMON_12 "auth optional pam_mount.so\n");
	look();
	assert_true(advises("copy the file to /etc/pam.d, and run patctl doctor again"));
	look_away();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_asks_again_is_a_warning_and_what_does_not_is_none),
		TEST(what_asks_again_is_mended_by_a_command_where_the_module_has_an_option),
		TEST(no_file_of_a_package_is_edited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
