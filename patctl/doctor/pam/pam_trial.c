/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a stack with the answers that a token or a password would get. */
#include "patctl/doctor/pam/pam_trial.h"

#include <string.h>

#include "patctl/doctor/pam/pam_prompt.h"

const struct trial_info trials[TRIALS] = {
	[TRIAL_TOKEN] = { "token", PAM_SUCCESS, false, true },
	[TRIAL_TOKEN_REFUSED] = { "token-refused", PAM_AUTH_ERR, false, false },
	[TRIAL_PASSWORD] = { "password", PAM_CRED_INSUFFICIENT, true, true },
	[TRIAL_PASSWORD_WRONG] = { "password-wrong", PAM_CRED_INSUFFICIENT, false, false },
	/* With a token, which goes no further: random text takes its place. */
	[TRIAL_NO_PATD] = { "no-patd", PAM_AUTHINFO_UNAVAIL, false, false },
	[TRIAL_NO_MODULE] = { "no-module", PAM_MODULE_UNKNOWN, true, true },
	[TRIAL_NO_MODULE_WRONG] = { "no-module-wrong", PAM_MODULE_UNKNOWN, false, false },
};

/* Counts what failed before it, so that after a few the person is locked out. */
#define COUNTER "pam_faillock.so"
#define COUNTS "authfail"

/* Modules that read a password and verify it themselves. */
static const char *const takers[] = { "pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so",
	"pam_winbind.so", "pam_systemd_home.so", "pam_userdb.so", "pam_pwdfile.so",
	"pam_radius_auth.so", "pam_tacplus.so", "pam_mysql.so", "pam_shishi.so" };

/* The answers of other modules for a user, not root, whom no rule excludes. */
static const struct {
	const char *module;
	const char *argument; /* with it; NULL: however */
	int authenticate, setcred;
} others[] = {
	{ "pam_deny.so", NULL, PAM_AUTH_ERR, PAM_CRED_ERR },
	{ "pam_permit.so", NULL, PAM_SUCCESS, PAM_SUCCESS },
	{ "pam_rootok.so", NULL, PAM_AUTH_ERR, PAM_SUCCESS },
	{ COUNTER, COUNTS, PAM_IGNORE, PAM_SUCCESS },
	{ COUNTER, NULL, PAM_SUCCESS, PAM_SUCCESS },
	{ "pam_faildelay.so", NULL, PAM_IGNORE, PAM_IGNORE },
	{ "pam_nologin.so", "successok", PAM_SUCCESS, PAM_SUCCESS },
	{ "pam_nologin.so", NULL, PAM_IGNORE, PAM_IGNORE },
	{ "pam_env.so", NULL, PAM_IGNORE, PAM_SUCCESS },
	{ "pam_group.so", NULL, PAM_IGNORE, PAM_SUCCESS },
	{ "pam_wheel.so", NULL, PAM_IGNORE, PAM_SUCCESS },
	{ "pam_cap.so", NULL, PAM_SUCCESS, PAM_SUCCESS },
};

static bool is_taker(const struct stack_line *line)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (stack_line_is(line, takers[i]))
			return true;
	return false;
}

/* The module that knows the user's password: pam_unix if it is there. */
static const char *find_owner(const struct stack *stack)
{
	for (size_t t = 0; t < sizeof(takers) / sizeof(takers[0]); t++)
		for (size_t i = 0; i < stack->n; i++)
			if (!stack->lines[i].missing && stack_line_is(&stack->lines[i], takers[t]))
				return takers[t];
	return NULL;
}

bool trial_has_password(const struct stack *stack)
{
	return find_owner(stack) != NULL;
}

struct asked {
	const struct trial_info *trial;
	const char *owner;
	bool setcred;
	bool unknown_refuses;
	struct trial_result *result;
};

static int answer_taker(const struct asked *asked, const struct stack_line *line)
{
	if (asked->setcred)
		return PAM_SUCCESS;
	if (!stack_line_is(line, asked->owner))
		return PAM_USER_UNKNOWN;
	/* Without a password it asks, and pam_pat withholds a token that answers. */
	if (asked->result->reached && asked->trial->pat == PAM_SUCCESS)
		return PAM_AUTHTOK_ERR;
	return asked->trial->password ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/*
 * The answer of an unknown module lets the stack continue: success where that does not end the
 * stack, else ignore.
 */
static int answer_unknown(struct asked *asked, const struct stack_line *line)
{
	const int ignored = line->actions[PAM_IGNORE];

	if (!asked->result->assumed)
		asked->result->assumed = line;
	if (asked->unknown_refuses)
		return PAM_AUTH_ERR;
	return line->actions[PAM_SUCCESS] == ACTION_OK || ignored == ACTION_BAD ||
			       ignored == ACTION_DIE
		       ? PAM_SUCCESS
		       : PAM_IGNORE;
}

/* Notes the first module after pam_pat.so to which a token that was not accepted is a password. */
static void note_behind(const struct asked *asked, const struct stack_line *line)
{
	struct trial_result *result = asked->result;

	if (!asked->setcred && result->reached && !result->behind &&
		(is_taker(line) || (stack_line_is(line, COUNTER) && stack_line_has(line, COUNTS))))
		result->behind = line;
}

/* Notes the first module that makes a person type a second time in a login that succeeds. */
static void note_prompt(const struct asked *asked, const struct stack_line *line)
{
	struct trial_result *result = asked->result;
	const int pat = asked->trial->pat;

	if (!asked->setcred && result->reached && !result->prompts &&
		(pat == PAM_SUCCESS || pat == PAM_CRED_INSUFFICIENT) &&
		prompt_of(line, pat != PAM_SUCCESS).asks)
		result->prompts = line;
}

/* A second pam_pat.so sees no token: the first replaces one that is not accepted. */
static int answer_again(int first)
{
	return first == PAM_AUTH_ERR || first == PAM_AUTHINFO_UNAVAIL ? PAM_CRED_INSUFFICIENT
								      : first;
}

static int answer(const struct stack_line *line, void *userdata)
{
	struct asked *asked = userdata;

	if (stack_line_is(line, PAM_PAT)) {
		if (!asked->setcred && asked->result->reached)
			return answer_again(asked->trial->pat);
		asked->result->reached = true;
		/* pam_pat's setcred always succeeds; without the module libpam calls none. */
		return asked->setcred && asked->trial->pat != PAM_MODULE_UNKNOWN
			       ? PAM_SUCCESS
			       : asked->trial->pat;
	}
	if (line->missing)
		return PAM_MODULE_UNKNOWN;
	note_behind(asked, line);
	note_prompt(asked, line);
	if (is_taker(line)) {
		asked->result->password_first |= !asked->result->reached;
		return answer_taker(asked, line);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (stack_line_is(line, others[i].module) &&
			(!others[i].argument || stack_line_has(line, others[i].argument)))
			return asked->setcred ? others[i].setcred : others[i].authenticate;
	return answer_unknown(asked, line);
}

static void take(const struct stack *stack, const struct run *run, struct trial_result *result)
{
	result->decider = run->decider == RUN_NOBODY ? NULL : &stack->lines[run->decider];
	result->bad_jump = run->bad_jump;
}

/* The last line that was asked before the first of pam_pat.so. */
static const struct stack_line *find_ender(const struct stack *stack, const struct run *run)
{
	const struct stack_line *last = NULL;

	for (size_t i = 0; i < stack->n && !stack_line_is(&stack->lines[i], PAM_PAT); i++)
		if (run->answers[i] != RUN_NOT_CALLED)
			last = &stack->lines[i];
	return last;
}

static void run_once(const struct stack *stack, bool debian, enum trial trial, bool unknown_refuses,
	struct trial_result *ret)
{
	struct asked asked = {
		.trial = &trials[trial],
		.owner = find_owner(stack),
		.unknown_refuses = unknown_refuses,
		.result = ret,
	};
	cleanup_run struct run first = { 0 }, second = { 0 };

	*ret = (struct trial_result) { 0 };
	run_authenticate(stack, answer, &asked, &first);
	take(stack, &first, ret);
	ret->ender = ret->reached ? NULL : find_ender(stack, &first);
	ret->authenticate = ret->setcred = first.result;
	if (first.result != PAM_SUCCESS)
		return;

	asked.setcred = true;
	run_setcred(stack, &first, debian, answer, &asked, &second);
	ret->setcred = second.result;
	ret->opens = second.result == PAM_SUCCESS;
	if (!ret->opens)
		take(stack, &second, ret);
}

void trial_run(const struct stack *stack, bool debian, enum trial trial, struct trial_result *ret)
{
	struct trial_result otherwise;

	run_once(stack, debian, trial, false, ret);
	if (!ret->assumed)
		return;
	run_once(stack, debian, trial, true, &otherwise);
	if (otherwise.opens == ret->opens)
		ret->assumed = NULL;
}
