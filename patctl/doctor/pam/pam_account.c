/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the stack of the account phase. */
#include "patctl/doctor/pam/pam_account.h"

#include "patctl/doctor/pam/pam_run.h"

static int answer(const struct stack_line *line, void *userdata)
{
	static const struct {
		const char *module;
		int answer;
	} answers[] = {
		{ "pam_unix.so", PAM_AUTHINFO_UNAVAIL },
		{ "pam_deny.so", PAM_AUTH_ERR },
		{ "pam_sss.so", PAM_USER_UNKNOWN },
		{ "pam_ldap.so", PAM_USER_UNKNOWN },
		{ "pam_krb5.so", PAM_USER_UNKNOWN },
		{ "pam_winbind.so", PAM_USER_UNKNOWN },
	};

	(void)userdata;
	if (line->missing)
		return PAM_MODULE_UNKNOWN;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (stack_line_is(line, answers[i].module))
			return answers[i].answer;
	return PAM_SUCCESS;
}

bool account_permits(const struct stack *stack, const struct stack_line **ret_decider)
{
	cleanup_run struct run run = { 0 };

	run_authenticate(stack, answer, NULL, &run);
	*ret_decider = run.decider == RUN_NOBODY ? NULL : &stack->lines[run.decider];
	return run.result == PAM_SUCCESS;
}
