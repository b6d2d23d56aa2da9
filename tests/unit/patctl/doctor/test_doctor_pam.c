/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds at the services of PAM. */
#include "patctl/doctor/pam/pam_trial.h"
#include "tests/unit/patctl/doctor/stack_image.h"

#define COMMON_SSS                                                                                 \
	"auth\t[success=3 " DIE "]\tpam_pat.so\n"                                                  \
	"auth\t[success=2 default=ignore]\tpam_unix.so nullok try_first_pass\n"                    \
	"auth\t[success=1 default=ignore]\tpam_sss.so use_first_pass\n"                            \
	"auth\trequisite\t\t\tpam_deny.so\n"                                                       \
	"auth\trequired\t\t\tpam_permit.so\n"

#define TOKENS "auth [success=2 " DIE "] pam_pat.so\n" PLAIN
#define PAT_SESSION "[success=ok perm_denied=die default=ignore] pam_pat.so"
#define SESSION(first, second) "session " first "\nsession " second "\n"
#define CHANGE                                                                                     \
	"password [success=1 default=ignore] pam_unix.so obscure\n"                                \
	"password requisite pam_deny.so\npassword required pam_permit.so\n"
/* As libpam-sss of Debian writes it, with "sufficient". */
#define CHANGE_SSS(control)                                                                        \
	"password [success=2 default=ignore] pam_unix.so obscure\n"                                \
	"password " control " pam_sss.so use_authtok\n"                                            \
	"password requisite pam_deny.so\npassword required pam_permit.so\n"                        \
	"password [perm_denied=die default=ignore] pam_pat.so\n"

static const struct {
	const char *name, *common, *service;
	enum level level;
	const char *says; /* a part of it */
} rows[] = {
	{ "Debian 12 and 13, sshd", COMMON_12,
		"@include common-auth\naccount required pam_nologin.so\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "Debian, login", COMMON_12,
		"auth optional pam_faildelay.so delay=3000000\nauth requisite pam_nologin.so\n"
		"@include common-auth\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "Debian, su", COMMON_12, "auth sufficient pam_rootok.so\n@include common-auth\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "Debian with sssd", COMMON_SSS, "@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "the recipe for one service", PLAIN,
		"auth [success=done " DIE "] pam_pat.so\n@include common-auth\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "the line of an older version", PLAIN,
		"auth sufficient pam_pat.so\n@include common-auth\n", LEVEL_WARNING,
		"a token that patd refuses goes on as a wrong password: "
		"/etc/pam.d/common-auth:1 (pam_unix.so)" },
	{ "a line that goes on while patd is down", PLAIN,
		"auth [success=done auth_err=die default=ignore] pam_pat.so\n"
		"@include common-auth\n",
		LEVEL_WARNING,
		"while patd is down, a token goes on as a wrong password: "
		"/etc/pam.d/common-auth:1 (pam_unix.so)" },
	{ "a token that is counted", NULL,
		"auth [success=2 default=ignore] pam_pat.so\n"
		"auth [default=die] pam_faillock.so authfail\nauth required pam_deny.so\n"
		"auth required pam_permit.so\n",
		LEVEL_WARNING, "as a wrong password: /etc/pam.d/s:2 (pam_faillock.so)" },
	{ "a second line that would end it, but sees no token", COMMON_12,
		"auth sufficient pam_pat.so\n@include common-auth\n", LEVEL_WARNING,
		"a token that patd refuses goes on as a wrong password: "
		"/etc/pam.d/common-auth:2 (pam_unix.so)" },
	{ "the recipe of pam_pat(8) where a refused token ends it", NULL,
		"auth [success=2 " DIE "] pam_pat.so\n" PLAIN, LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "faillock", NULL,
		"auth required pam_faillock.so preauth\n"
		"auth [success=done " DIE "] pam_pat.so\n"
		"auth [success=1 default=bad] pam_unix.so\n"
		"auth [default=die] pam_faillock.so authfail\n"
		"auth sufficient pam_faillock.so authsucc\nauth required pam_deny.so\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "a second factor that is not known", NULL,
		"auth required pam_mfa.so\nauth [success=done " DIE "] pam_pat.so\n"
		"auth required pam_unix.so\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "required above a common stack", PLAIN,
		"auth required pam_pat.so\n@include common-auth\n", LEVEL_PROBLEM,
		"a correct password is refused: /etc/pam.d/s:1 (pam_pat.so)" },
	{ "requisite above a common stack", PLAIN,
		"auth requisite pam_pat.so\n@include common-auth\n", LEVEL_PROBLEM,
		"a correct password is refused: /etc/pam.d/s:1 (pam_pat.so)" },
	{ "after pam_deny", NULL,
		"auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
		"auth sufficient pam_pat.so\nauth required pam_permit.so\n",
		LEVEL_PROBLEM,
		"pam_pat.so is never reached: /etc/pam.d/s:2 (pam_deny.so) ends the stack" },
	{ "below a common stack", PLAIN, "@include common-auth\nauth sufficient pam_pat.so\n",
		LEVEL_PROBLEM, "/etc/pam.d/common-auth:2 (pam_deny.so) ends the stack" },
	{ "after a pam_unix that decides", NULL,
		"auth [success=done default=die] pam_unix.so\nauth sufficient pam_pat.so\n",
		LEVEL_PROBLEM, "/etc/pam.d/s:1 (pam_unix.so) ends the stack" },
	{ "after a required pam_unix", NULL,
		"auth required pam_unix.so\nauth sufficient pam_pat.so\n", LEVEL_PROBLEM,
		"a token that patd accepts is refused: /etc/pam.d/s:1 (pam_unix.so)" },
	{ "after a sufficient pam_unix", NULL,
		"auth sufficient pam_unix.so\nauth sufficient pam_pat.so\nauth required "
		"pam_deny.so\n",
		LEVEL_WARNING, "each token login first fails as a password" },
	{ "a jump that is too short", NULL, "auth [success=1 default=ignore] pam_pat.so\n" PLAIN,
		LEVEL_PROBLEM,
		"a token that patd accepts is refused: /etc/pam.d/s:3 (pam_deny.so)" },
	{ "a jump to the end", NULL, "auth [success=3 default=ignore] pam_pat.so\n" PLAIN,
		LEVEL_PROBLEM,
		"a token that patd accepts is refused: no line of the stack succeeds" },
	{ "a jump that is too long", NULL, "auth [success=4 default=ignore] pam_pat.so\n" PLAIN,
		LEVEL_PROBLEM, "/etc/pam.d/s:1 (pam_pat.so) jumps past the end of the stack" },
	{ "passwords work while the module is there", NULL,
		"auth [success=done cred_insufficient=ignore default=bad] pam_pat.so\n" PLAIN,
		LEVEL_WARNING, "if pam_pat.so is missing, a correct password is refused" },
	{ "tokens alone", NULL, "auth required pam_pat.so\n", LEVEL_WARNING,
		"only a token is accepted" },
	{ "a common stack that ends in permit", NULL,
		"auth sufficient pam_pat.so\nauth sufficient pam_unix.so\nauth required "
		"pam_permit.so\n",
		LEVEL_PROBLEM,
		"a token that patd refuses is accepted: /etc/pam.d/s:3 (pam_permit.so)" },
	{ "a second factor that is enough", NULL,
		"auth sufficient pam_pat.so\nauth required pam_mfa.so\nauth sufficient "
		"pam_unix.so\n",
		LEVEL_PROBLEM, "(unless /etc/pam.d/s:2 (pam_mfa.so) refuses)" },
	{ "a type that it does not have", NULL,
		"auth sufficient pam_pat.so\n" PLAIN "account required pam_pat.so\n", LEVEL_PROBLEM,
		"/etc/pam.d/s:5 (pam_pat.so) is not for account lines and fails here" },
	{ "sessions that are not recorded", NULL, TOKENS "session required pam_unix.so\n", LEVEL_OK,
		"sessions that tokens open are neither listed nor ended" },
	{ "sessions that are recorded", NULL,
		TOKENS SESSION("optional pam_systemd.so", PAT_SESSION), LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "sessions that are recorded before logind knows them", NULL,
		TOKENS SESSION(PAT_SESSION, "optional pam_systemd.so"), LEVEL_WARNING,
		"sessions are listed without their id, as pam_systemd.so comes later: "
		"/etc/pam.d/s:5 (pam_pat.so)" },
	{ "sessions that nobody gets without the module", NULL,
		TOKENS SESSION("optional pam_systemd.so", "required pam_pat.so"), LEVEL_WARNING,
		"if pam_pat.so is missing, nobody gets a session: /etc/pam.d/s:6 (pam_pat.so)" },
	{ "sessions that open in spite of a refusal", NULL,
		TOKENS SESSION("optional pam_systemd.so", "optional pam_pat.so"), LEVEL_WARNING,
		"a session opens also if its token was revoked meanwhile: "
		"/etc/pam.d/s:6 (pam_pat.so)" },
	{ "sessions that end the stack", NULL,
		TOKENS SESSION("optional pam_systemd.so",
			"[success=done perm_denied=die default=ignore] pam_pat.so"),
		LEVEL_WARNING,
		"no session gets what the session lines below are for: "
		"/etc/pam.d/s:6 (pam_pat.so)" },
	{ "while patd is down, all is open", NULL,
		"auth [success=2 auth_err=die authinfo_unavail=2 default=ignore] pam_pat.so\n" PLAIN,
		LEVEL_PROBLEM, "while patd is down, any token is accepted" },
	{ "a password that a token changes", NULL, TOKENS CHANGE, LEVEL_WARNING,
		"a login with a token can change the password" },
	{ "a password of the service other", NULL, TOKENS, LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "a password that a token does not change", NULL,
		TOKENS CHANGE "password [perm_denied=die default=ignore] pam_pat.so\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "a password line that is passed by", NULL,
		TOKENS "password sufficient pam_unix.so\npassword required pam_deny.so\n"
		       "password [perm_denied=die default=ignore] pam_pat.so\n",
		LEVEL_WARNING, "a login with a token can change the password" },
	{ "a password line that users of sssd pass by", NULL, TOKENS CHANGE_SSS("sufficient"),
		LEVEL_WARNING, "a login with a token can change the password" },
	{ "a password line that users of another module pass by", NULL,
		TOKENS "password [success=1 default=ignore] pam_mfa.so\n"
		       "password sufficient pam_permit.so\n"
		       "password [perm_denied=die default=ignore] pam_pat.so\n"
		       "password required pam_unix.so\n",
		LEVEL_WARNING, "a login with a token can change the password" },
	{ "a password line that no users pass by", NULL,
		TOKENS CHANGE_SSS("[success=1 default=ignore]"), LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "a password line first", NULL,
		TOKENS "password [perm_denied=die default=ignore] pam_pat.so\n"
		       "password sufficient pam_unix.so\npassword required pam_deny.so\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "a password line that counts for nothing", NULL,
		TOKENS CHANGE "password optional pam_pat.so\n", LEVEL_WARNING,
		"a login with a token can change the password" },
	{ "a password line that needs the module", NULL,
		TOKENS CHANGE "password required pam_pat.so\n", LEVEL_WARNING,
		"if pam_pat.so is missing, nobody can change the password" },
	{ "a password line that refuses all", NULL,
		TOKENS CHANGE "password [default=die] pam_pat.so\n", LEVEL_PROBLEM,
		"nobody can change the password: /etc/pam.d/s:8 (pam_pat.so)" },
	{ "no password to change", NULL, TOKENS "password required pam_deny.so\n", LEVEL_OK,
		"tokens and passwords are accepted" },
	{ "an include that is not there", NULL, "auth sufficient pam_pat.so\n@include missing\n",
		LEVEL_PROBLEM, "libpam refuses the whole service: /etc/pam.d/s:2" },
	{ "a module that is not there", NULL, "auth sufficient /opt/pam_pat.so\n" PLAIN,
		LEVEL_PROBLEM, "no such module: /etc/pam.d/s:1 (/opt/pam_pat.so)" },
	{ "an option whose value the module refuses", COMMON_12,
		"auth [success=done " DIE "] pam_pat.so quiet notice=soon\n@include common-auth\n",
		LEVEL_PROBLEM,
		"every token is refused, because of an invalid option: notice=soon: "
		"/etc/pam.d/s:1 (pam_pat.so)" },
	{ "an option that the module does not know", COMMON_12,
		"auth [success=done " DIE "] pam_pat.so silent [prompt=a token: ]\n"
		"@include common-auth\n",
		LEVEL_WARNING, "pam_pat.so ignores an unknown option: silent: /etc/pam.d/s:1" },
	{ "options that the module knows", COMMON_12,
		"auth [success=done " DIE "] pam_pat.so debug quiet [notice=2 weeks]\n"
		"@include common-auth\n",
		LEVEL_OK, "tokens and passwords are accepted" },
	{ "nowhere", NULL, PLAIN, LEVEL_WARNING, "no service accepts tokens" },
	{ "in a comment", NULL, "#auth sufficient pam_pat.so\n" PLAIN, LEVEL_WARNING,
		"no service accepts tokens" },
};

static void every_trap_is_found_and_no_good_stack_is_blamed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].common)
			image_write(&image, "/etc/pam.d/common-auth", rows[i].common);
		image_write(&image, "/etc/pam.d/s", rows[i].service);
		look();
		assert_that(says(rows[i].says, rows[i].level), "%s", rows[i].name);
		assert_that(findings_worst(&doctor.findings) == rows[i].level, "%s", rows[i].name);
		look_away();
	}
}

static void pam_auth_update_is_advised_where_it_has_the_profile(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/s", PLAIN);
	image_write(&image, "/etc/pam.d/t", TOKENS CHANGE);
	look();
	assert_false(advises("pam-auth-update"));
	assert_true(advises("write the line into the files in /etc/pam.d: see pam_pat(8)"));
	look_away();
	image_write(&image, "/usr/share/pam-configs/pat-password", "");
	look();
	assert_true(advises("pam-auth-update --enable pat-password"));
	look_away();
	image_write(&image, "/etc/pam.d/t", PLAIN);
	look();
	assert_false(advises("pam-auth-update"));
	look_away();
	image_write(&image, "/usr/share/pam-configs/pat", "");
	look();
	assert_true(advises("pam-auth-update --enable pat"));
	look_away();
}

static void services_that_are_alike_are_one_finding(void **state)
{
	const struct finding *finding;

	(void)state;
	image_write(&image, "/etc/pam.d/common-auth", COMMON_12);
	image_write(&image, "/etc/pam.d/sudo", "@include common-auth\n");
	image_write(&image, "/usr/lib/pam.d/cron", "@include common-auth\n");
	image_write(&image, "/usr/lib/pam.d/sudo", "auth required pam_pat.so\n"); /* never read */
	image_write(&image, "/etc/pam.d/other", PLAIN);
	image_write(&image, "/etc/pam.d/sudo.dpkg-old", "auth required pam_pat.so\n");
	image_write(&image, "/etc/pam.d/Sudo", "auth required pam_pat.so\n");
	look();
	assert_int_equal(doctor.findings.n, 2); /* also that no session is recorded */
	for (size_t i = 0; i < doctor.findings.n; i++) {
		finding = &doctor.findings.items[i];
		assert_int_equal(finding->level, LEVEL_OK);
		assert_int_equal(finding->n, 2);
		assert_string_equal(finding->services[0], "sudo");
		assert_string_equal(finding->services[1], "cron");
	}
	look_away();
}

static void no_token_creates_a_token__the_service_other_changes_passwords_too(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/s", TOKENS);
	image_write(&image, "/etc/pam.d/other", CHANGE);
	look();
	assert_true(says("a login with a token can change the password", LEVEL_WARNING));
	look_away();
	image_write(&image, "/etc/pam.d/other",
		CHANGE "password [perm_denied=die default=ignore] pam_pat.so\n");
	look();
	assert_int_equal(findings_worst(&doctor.findings), LEVEL_OK);
	look_away();
}

static void programs_get_what_each_trial_comes_to(void **state)
{
	const json_t *service, *outcomes;

	(void)state;
	image_write(&image, "/etc/pam.d/s", "auth sufficient pam_pat.so\n" PLAIN);
	look();
	service = json_array_get(doctor.services, 0);
	assert_string_equal(json_string_value(json_object_get(service, "service")), "s");
	outcomes = json_object_get(service, "outcomes");
	assert_int_equal(json_object_size(outcomes), TRIALS);
	for (size_t t = 0; t < TRIALS; t++)
		assert_string_equal(json_string_value(json_object_get(outcomes, trials[t].name)),
			trials[t].opens ? "success" : "auth_err");
	look_away();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_trap_is_found_and_no_good_stack_is_blamed),
		TEST(pam_auth_update_is_advised_where_it_has_the_profile),
		TEST(services_that_are_alike_are_one_finding),
		TEST(no_token_creates_a_token__the_service_other_changes_passwords_too),
		TEST(programs_get_what_each_trial_comes_to),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
