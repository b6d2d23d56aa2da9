/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the sessions of a PAM service: whether patd learns of those that tokens open. */
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_stacks.h"

static const char line_advice[] =
	N_("let this be the last of the session lines: "
	   "session [success=ok perm_denied=die default=ignore] pam_pat.so");

/* A control that lets the refusal pass, as "optional" does. */
static bool passes_refusal(const struct stack_line *line)
{
	return line->actions[PAM_PERM_DENIED] != ACTION_BAD &&
	       line->actions[PAM_PERM_DENIED] != ACTION_DIE;
}

/* So is the answer where no token was used: then all sessions would go without the lines below. */
static bool ends_with_success(const struct stack_line *line)
{
	return line->actions[PAM_SUCCESS] == ACTION_DONE || line->actions[PAM_SUCCESS] > 0;
}

/* Without the id of logind's session patctl names a session that logind ends by its process. */
static bool stands_before_systemd(const struct stack *stack, const struct stack_line *line)
{
	for (const struct stack_line *at = line; at < stack->lines + stack->n; at++)
		if (stack_line_is(at, "pam_systemd.so"))
			return true;
	return false;
}

bool doctor_session_stack(struct doctor *doctor, const char *name, const struct stack *stack)
{
	const struct stack_line *line = stack_find_pat(stack);
	cleanup_text char *text = line ? stack_line_text(line) : NULL;
	int missing;

	if (!line) {
		found_in(doctor, name, LEVEL_OK, _(line_advice),
			_("sessions that tokens open are neither listed nor ended"));
		return true;
	}
	missing = line->actions[PAM_MODULE_UNKNOWN];
	if (missing == ACTION_BAD || missing == ACTION_DIE)
		found_in(doctor, name, LEVEL_WARNING, _(line_advice),
			_("if pam_pat.so is missing, nobody gets a session: %s"), text);
	else if (passes_refusal(line))
		found_in(doctor, name, LEVEL_WARNING, _(line_advice),
			_("a session opens also if its token was revoked meanwhile: %s"), text);
	else if (ends_with_success(line))
		found_in(doctor, name, LEVEL_WARNING, _(line_advice),
			_("no session gets what the session lines below are for: %s"), text);
	else if (stands_before_systemd(stack, line))
		found_in(doctor, name, LEVEL_WARNING, _(line_advice),
			_("sessions are listed without their id, as pam_systemd.so comes later: %s"),
			text);
	else
		return true;
	return false;
}
