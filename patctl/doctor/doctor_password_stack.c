/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the changes of passwords by a PAM service. */
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_stacks.h"
#include "patctl/doctor/pam/pam_change.h"

const char *doctor_profile_advice(
	const struct doctor *doctor, const char *profile, const char *command)
{
	return sysroot_has(doctor->root, profile)
		       ? command
		       : _("write the line into the files in /etc/pam.d: see pam_pat(8), EXAMPLES");
}

bool doctor_password_stack(struct doctor *doctor, const char *name, const struct stack *stack)
{
	const char *advice =
		stack_find_pat(stack)
			? _("let \"password [perm_denied=die default=ignore] pam_pat.so\" "
			    "be the first of the password lines: see pam_pat(8)")
			: doctor_profile_advice(doctor, "/usr/share/pam-configs/pat-password",
				  "pam-auth-update --enable pat-password");
	struct change_result token, password, missing;
	cleanup_text char *text = NULL;

	change_run(stack, PAM_PERM_DENIED, &token);
	change_run(stack, PAM_IGNORE, &password);
	change_run(stack, PAM_MODULE_UNKNOWN, &missing);
	if (!password.changes && password.decider && stack_line_is(password.decider, PAM_PAT)) {
		text = stack_line_text(password.decider);
		found_in(doctor, name, LEVEL_PROBLEM, advice,
			_("nobody can change the password: %s"), text);
	} else if (password.changes && !missing.changes) {
		found_in(doctor, name, LEVEL_WARNING, advice,
			_("if pam_pat.so is missing, nobody can change the password"));
	} else if (token.changes) {
		found_in(doctor, name, LEVEL_WARNING, advice,
			_("a login with a token can change the password"));
	} else {
		return true;
	}
	return false;
}
