/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of each PAM service that has pam_pat.so: of its logins, and of changes of passwords. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/pam/pam_change.h"
#include "patctl/doctor/pam/pam_trial.h"
#include "patctl/print/json.h"

#define PAM "pam" /* the check */

static const char line_advice[] = N_("use [success=N auth_err=die authinfo_unavail=die "
				     "default=ignore] for pam_pat.so: see pam_pat(8)");

/* A service, and the results of its trials. */
struct examined {
	struct doctor *doctor;
	const char *name;
	bool password; /* it takes passwords at all */
	struct trial_result results[TRIALS];
};

/* "/etc/pam.d/common-auth:25 (pam_deny.so)" */
static char *line_text(const struct stack_line *line)
{
	return text_format("%s:%u (%s)", line->file, line->number,
		line->module ? line->module : _("not understood by libpam"));
}

/* " (if LINE has nothing against it)", or "" */
static char *assumption_text(const struct trial_result *result)
{
	cleanup_text char *line = NULL;

	if (!result->assumed)
		return text_format("%s", "");
	line = line_text(result->assumed);
	return text_format(_(" (unless %s refuses)"), line);
}

/* "LINE answers auth_err" */
static char *why_text(const struct trial_result *result)
{
	cleanup_text char *line = NULL;

	if (!result->decider)
		return text_format("%s", _("no line of the stack succeeds"));
	line = line_text(result->decider);
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
		line = result->ender ? line_text(result->ender) : text_format("%s", _("the stack"));
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
		cleanup_text char *text = line ? line_text(line) : NULL;

		if (!text)
			continue;
		found_in(examined->doctor, examined->name, LEVEL_WARNING, _(line_advice), "%s: %s",
			_(checks[i].what), text);
		return false;
	}
	return true;
}

/*
 * False, after a warning, if a person has to type twice, or a script, which types once, fails:
 * after a token there is no password for other modules, and some of them ignore the one that there
 * is.
 */
static bool check_prompts(const struct examined *examined)
{
	static const struct {
		enum trial trial;
		const char *what, *advice;
	} checks[] = {
		{ TRIAL_TOKEN, N_("after a token, another module asks for a password"),
			N_("let pam_pat.so jump over the line, or end the stack with "
			   "success=done") },
		{ TRIAL_PASSWORD, N_("a password is asked for twice"),
			N_("add try_first_pass to the line, or remove prompt_always or force_prompt") },
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct trial_result *result = &examined->results[checks[i].trial];
		cleanup_text char *text =
			result->opens && result->prompts ? line_text(result->prompts) : NULL;

		if (!text)
			continue;
		found_in(examined->doctor, examined->name, LEVEL_WARNING, _(checks[i].advice),
			"%s: %s", _(checks[i].what), text);
		good = false;
	}
	return good;
}

/* Debian's package has a profile; "make install" and other packages leave the files alone. */
static const char *profile_advice(const struct doctor *doctor, const char *profile)
{
	static const struct {
		const char *profile, *command;
	} commands[] = {
		{ "pat", "pam-auth-update --enable pat" },
		{ "pat-password", "pam-auth-update --enable pat-password" },
	};
	cleanup_text char *path = text_format("/usr/share/pam-configs/%s", profile);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].profile, profile) == 0 && sysroot_has(doctor->root, path))
			return commands[i].command;
	return _("write the line into the files in /etc/pam.d: see pam_pat(8), EXAMPLES");
}

static const struct stack_line *find_pat(const struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack_line_is(&stack->lines[i], PAM_PAT))
			return &stack->lines[i];
	return NULL;
}

/*
 * False, after a finding, if the password stack of the service is not as it should be: a host that
 * changes the password in the transaction that a token opened is refused, and no other.
 */
static bool check_change(const struct examined *examined, const struct stack *stack)
{
	const char *advice =
		find_pat(stack) ? _("let \"password [perm_denied=die default=ignore] pam_pat.so\" "
				    "be the first of the password lines: see pam_pat(8)")
				: profile_advice(examined->doctor, "pat-password");
	struct change_result token, password, missing;
	cleanup_text char *text = NULL;

	change_run(stack, PAM_PERM_DENIED, &token);
	change_run(stack, PAM_IGNORE, &password);
	change_run(stack, PAM_MODULE_UNKNOWN, &missing);
	if (!password.changes && password.decider && stack_line_is(password.decider, PAM_PAT)) {
		text = line_text(password.decider);
		found_in(examined->doctor, examined->name, LEVEL_PROBLEM, advice,
			_("nobody can change the password: %s"), text);
	} else if (password.changes && !missing.changes) {
		found_in(examined->doctor, examined->name, LEVEL_WARNING, advice,
			_("if pam_pat.so is missing, nobody can change the password"));
	} else if (token.changes) {
		found_in(examined->doctor, examined->name, LEVEL_WARNING, advice,
			_("a login with a token can change the password"));
	} else {
		return true;
	}
	return false;
}

/* Services of the network that do not set PAM_RHOST; no stack tells that.  Both were tried. */
static void check_source(const struct examined *examined)
{
	static const char *const sourceless[] = { "poppassd", "squid" };

	for (size_t i = 0; i < sizeof(sourceless) / sizeof(sourceless[0]); i++)
		if (strcmp(examined->name, sourceless[i]) == 0)
			found_in(examined->doctor, examined->name, LEVEL_WARNING,
				_("restrict tokens for local with --service too"),
				_("logins over the network are \"local\" for --from: the service "
				  "does not tell PAM where they come from"));
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

static void examine(struct doctor *doctor, bool debian, const char *name, const struct stack *stack,
	const struct stack *change)
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
	good &= check_prompts(&examined);
	good &= check_change(&examined, change);
	check_source(&examined);
	if (good)
		found_in(doctor, name, LEVEL_OK, NULL,
			_("tokens and passwords are accepted; passwords also work if "
			  "pam_pat.so is missing"));
}

/* It is for "auth" and "password" alone, and for all else as if it were missing. */
static void check_other_types(
	struct doctor *doctor, const char *name, const struct service *service)
{
	for (enum stack_type type = STACK_AUTH + 1; type < STACK_TYPES; type++) {
		const struct stack_line *line = find_pat(&service->stacks[type]);
		cleanup_text char *text = NULL;
		int action;

		if (!line || type == STACK_PASSWORD)
			continue;
		text = line_text(line);
		action = line->actions[PAM_MODULE_UNKNOWN];
		found_in(doctor, name,
			action == ACTION_BAD || action == ACTION_DIE ? LEVEL_PROBLEM
								     : LEVEL_WARNING,
			_("remove the line"), _("%s is for auth and password alone and fails here"),
			text);
	}
}

static void check_module(struct doctor *doctor, const char *name, const struct stack_line *line)
{
	cleanup_text char *text = line_text(line);

	if (line->missing)
		found_in(doctor, name, LEVEL_PROBLEM, _("reinstall libpam-pat"),
			_("no such module: %s"), text);
}

/* Whether the service has pam_pat.so.  fallback: what libpam takes where a service has no stack. */
static bool examine_service(
	struct doctor *doctor, bool debian, const char *name, const struct service *fallback)
{
	cleanup_service struct service service = { 0 };
	const struct stack *change = &service.stacks[STACK_PASSWORD];
	const struct stack_line *line;
	int r = service_read(doctor->root, debian, name, &service);

	if (r < 0) {
		found_in(doctor, name, LEVEL_UNSEEN, r == -EACCES ? _("needs root") : NULL,
			_("its files: %s"), strerror(-r));
		return false;
	}
	check_other_types(doctor, name, &service);
	line = find_pat(&service.stacks[STACK_AUTH]);
	if (service.broken)
		found_in(doctor, name, LEVEL_PROBLEM, _("correct the file"),
			_("libpam refuses the whole service: %s"), service.broken);
	if (!line)
		return false;
	check_module(doctor, name, line);
	if (!service.broken)
		examine(doctor, debian, name, &service.stacks[STACK_AUTH],
			change->n > 0 ? change : &fallback->stacks[STACK_PASSWORD]);
	return true;
}

/* The services of folder that are not in the one before it. */
static size_t examine_folder(struct doctor *doctor, bool debian, const char *folder,
	char *const *before, const struct service *fallback)
{
	cleanup_names char **names = NULL;
	size_t having = 0;

	if (sysroot_list(doctor->root, folder, &names) < 0)
		return 0;
	for (char **name = names; *name; name++) {
		bool again = false;

		for (char *const *other = before; other && *other; other++)
			again |= strcmp(*other, *name) == 0;
		if (!again && pam_is_service(*name) &&
			examine_service(doctor, debian, *name, fallback))
			having++;
	}
	return having;
}

void doctor_pam(struct doctor *doctor)
{
	const bool debian = pam_is_debian(doctor->root);
	cleanup_service struct service fallback = { 0 };
	cleanup_names char **names = NULL;
	int r = sysroot_list(doctor->root, PAM_DIR, &names);
	size_t having;

	if (r < 0 && r != -ENOENT) {
		found(doctor, LEVEL_UNSEEN, PAM, NULL, PAM_DIR ": %s", strerror(-r));
		return;
	}
	(void)service_read(doctor->root, debian, PAM_OTHER, &fallback);
	having = examine_folder(doctor, debian, PAM_DIR, NULL, &fallback);
	having += examine_folder(doctor, debian, PAM_VENDOR_DIR, names, &fallback);
	if (having == 0)
		found(doctor, LEVEL_WARNING, PAM, profile_advice(doctor, "pat"),
			_("no service accepts tokens: pam_pat.so is not configured"));
}
