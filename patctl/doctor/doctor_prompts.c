/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks for modules that ask for a password again: a person has to type twice, and a script, which
 * types once, fails or waits.  After a token there is no password for other modules, and some of
 * them ignore the one that there is.
 */
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor_stacks.h"
#include "patctl/doctor/pam/pam_prompt.h"

/* The name of the module, of a path too, as a pattern of sed(1); the caller owns it. */
static char *module_pattern(const struct stack_line *line)
{
	const char *slash = strrchr(line->module, '/'), *name = slash ? slash + 1 : line->module;
	const size_t len = strlen(name) - strlen(".so");

	return text_format("%.*s\\.so", (int)len, name);
}

/* For sed(1); the caller owns it.  Where a line goes on, what is to be edited is in one of them. */
static char *line_range(const struct stack_line *line)
{
	return line->last > line->number ? text_format("%u,%u", line->number, line->last)
					 : text_format("%u", line->number);
}

/* A command that edits the line, where a file of the administrator has it; the caller owns it. */
static char *remedy(const struct stack_line *line, const struct prompt *prompt)
{
	cleanup_text char *pattern = module_pattern(line), *range = line_range(line);

	if (strncmp(line->file, PAM_DIR "/", strlen(PAM_DIR "/")) != 0 || !text_is_word(line->file))
		return text_format(
			"%s", _("copy the file to /etc/pam.d, and run patctl doctor again"));
	if (prompt->remove && prompt->add)
		return text_format(
			"sed -i '%s s/%s/%s/' %s", range, prompt->remove, prompt->add, line->file);
	if (prompt->remove)
		return text_format("sed -i '%s s/\\s%s//' %s", range, prompt->remove, line->file);
	return text_format("sed -i '%s s/%s/& %s/' %s", range, pattern, prompt->add, line->file);
}

static void report(struct doctor *doctor, const char *name, const struct stack_line *line,
	const struct prompt *prompt, const char *what)
{
	cleanup_text char *text = stack_line_text(line), *advice = NULL;

	advice =
		prompt->add || prompt->remove
			? remedy(line, prompt)
			: text_format("%s", _("let pam_pat.so jump over the line, or end the stack "
					      "with success=done"));
	found_in(doctor, name, LEVEL_WARNING, advice, "%s: %s", what, text);
}

static bool check_login(struct doctor *doctor, const char *name,
	const struct trial_result results[static TRIALS], enum trial trial, const char *what)
{
	const struct stack_line *line = results[trial].opens ? results[trial].prompts : NULL;
	struct prompt prompt;

	if (!line)
		return true;
	prompt = prompt_of(line, trial == TRIAL_PASSWORD);
	report(doctor, name, line, &prompt, what);
	return false;
}

static bool check_session(struct doctor *doctor, const char *name, const struct stack *session)
{
	bool good = true;

	for (size_t i = 0; i < session->n; i++) {
		const struct stack_line *line = &session->lines[i];
		const struct prompt prompt = prompt_of_session(line);

		if (!prompt.asks || line->missing)
			continue;
		report(doctor, name, line, &prompt,
			_("after a token, a module of the session asks for a password"));
		good = false;
	}
	return good;
}

bool doctor_prompts(struct doctor *doctor, const char *name,
	const struct trial_result results[static TRIALS], const struct stack *session)
{
	bool good = check_login(doctor, name, results, TRIAL_TOKEN,
		_("after a token, another module asks for a password"));

	good &= check_login(
		doctor, name, results, TRIAL_PASSWORD, _("a password is asked for twice"));
	if (results[TRIAL_TOKEN].opens)
		good &= check_session(doctor, name, session);
	return good;
}
