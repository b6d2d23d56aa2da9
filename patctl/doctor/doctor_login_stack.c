/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the logins of a PAM service: what becomes of tokens and of passwords in its stack. */
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_stacks.h"
#include "patctl/doctor/pam/pam_trial.h"
#include "patctl/print/json.h"

static const char line_advice[] = N_("use [success=N auth_err=die authinfo_unavail=die "
				     "default=ignore] for pam_pat.so: see pam_pat(8)");

/* A service, and the results of its trials. */
struct examined {
	struct doctor *doctor;
	const char *name;
	bool password; /* it takes passwords at all */
	struct trial_result results[TRIALS];
};

/* " (if LINE has nothing against it)", or "" */
static char *assumption_text(const struct trial_result *result)
{
	cleanup_text char *line = NULL;

	if (!result->assumed)
		return text_format("%s", "");
	line = stack_line_text(result->assumed);
	return text_format(_(" (unless %s refuses)"), line);
}

/* "LINE answers auth_err" */
static char *why_text(const struct trial_result *result)
{
	cleanup_text char *line = NULL;

	if (!result->decider)
		return text_format("%s", _("no line of the stack succeeds"));
	line = stack_line_text(result->decider);
	if (result->bad_jump)
		return text_format(_("%s jumps past the end of the stack"), line);
	return text_format(_("%s returns %s"), line,
		pam_code_name(result->authenticate == PAM_SUCCESS ? result->setcred
								  : result->authenticate));
}

static void report(const struct examined *examined, enum level level, enum trial trial,
	const char *advice, const char *what)
{
	const struct trial_result *result = &examined->results[trial];
	cleanup_text char *why = why_text(result), *assumption = assumption_text(result);

	found_in(examined->doctor, examined->name, level, _(advice), "%s: %s%s", _(what), why,
		assumption);
}

/* False, after a finding, if a token does not open as it should. */
static bool check_token(const struct examined *examined)
{
	static const char above[] = N_("move the line of pam_pat.so above those for passwords");
	const struct trial_result *result = &examined->results[TRIAL_TOKEN];
	cleanup_text char *line = NULL;

	if (!result->reached) {
		line = result->ender ? stack_line_text(result->ender)
				     : text_format("%s", _("the stack"));
		found_in(examined->doctor, examined->name, LEVEL_PROBLEM, _(above),
			_("pam_pat.so is never reached: %s ends the stack before it"), line);
	} else if (!result->opens) {
		report(examined, LEVEL_PROBLEM, TRIAL_TOKEN,
			result->password_first ? above
					       : N_("correct the number of lines that "
						    "pam_pat.so jumps over"),
			N_("a token that patd accepts is refused"));
	} else if (result->password_first) {
		found_in(examined->doctor, examined->name, LEVEL_WARNING, _(above),
			_("each token login first fails as a password"));
	} else {
		return true;
	}
	return false;
}

static bool check_passwords(const struct examined *examined)
{
	if (!examined->password)
		found_in(examined->doctor, examined->name, LEVEL_WARNING,
			_("provide another way to log in while patd is down"),
			_("only a token is accepted"));
	else if (!examined->results[TRIAL_PASSWORD].opens)
		report(examined, LEVEL_PROBLEM, TRIAL_PASSWORD, line_advice,
			N_("a correct password is refused"));
	else if (!examined->results[TRIAL_NO_MODULE].opens)
		report(examined, LEVEL_WARNING, TRIAL_NO_MODULE, line_advice,
			N_("if pam_pat.so is missing, a correct password is refused"));
	else
		return true;
	return false;
}

static bool check_refusals(const struct examined *examined)
{
	static const struct {
		enum trial trial;
		const char *what;
	} checks[] = {
		{ TRIAL_TOKEN_REFUSED, N_("a token that patd refuses is accepted") },
		{ TRIAL_PASSWORD_WRONG, N_("a wrong password is accepted") },
		{ TRIAL_NO_PATD, N_("while patd is down, any token is accepted") },
		{ TRIAL_NO_MODULE_WRONG, N_("if pam_pat.so is missing, a wrong password is "
					    "accepted") },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (examined->results[checks[i].trial].opens) {
			report(examined, LEVEL_PROBLEM, checks[i].trial,
				N_("end the stack with: auth requisite pam_deny.so, before any "
				   "pam_permit.so"),
				checks[i].what);
			return false;
		}
	return true;
}

/* False, after a warning, if a token that is not accepted goes on as a password. */
static bool check_behind(const struct examined *examined)
{
	static const struct {
		enum trial trial;
		const char *what;
	} checks[] = {
		{ TRIAL_TOKEN_REFUSED,
			N_("a token that patd refuses goes on as a wrong password") },
		{ TRIAL_NO_PATD, N_("while patd is down, a token goes on as a wrong password") },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct stack_line *line = examined->results[checks[i].trial].behind;
		cleanup_text char *text = line ? stack_line_text(line) : NULL;

		if (!text)
			continue;
		found_in(examined->doctor, examined->name, LEVEL_WARNING, _(line_advice), "%s: %s",
			_(checks[i].what), text);
		return false;
	}
	return true;
}

static void add_service(const struct examined *examined)
{
	json_t *object = json_must(json_object()), *outcomes = json_must(json_object());

	for (size_t t = 0; t < TRIALS; t++)
		json_add(outcomes, trials[t].name,
			json_of_text(pam_code_name(examined->results[t].setcred)));
	json_add(object, "service", json_of_text(examined->name));
	json_add(object, "outcomes", outcomes);
	json_append(examined->doctor->services, object);
}

bool doctor_login_stack(struct doctor *doctor, bool debian, const char *name,
	const struct stack *stack, const struct stack *session)
{
	struct examined examined = {
		.doctor = doctor,
		.name = name,
		.password = trial_has_password(stack),
	};
	bool good;

	for (enum trial trial = 0; trial < TRIALS; trial++)
		trial_run(stack, debian, trial, &examined.results[trial]);
	add_service(&examined);
	good = check_token(&examined);
	good &= check_passwords(&examined);
	good &= check_refusals(&examined);
	good &= check_behind(&examined);
	good &= doctor_prompts(doctor, name, examined.results, session);
	return good;
}
