/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of modules that ask for a password again, and what keeps them from it.  Not in it is
 * pam_ecryptfs, which asks only users who have a certain file in their home.
 */
#include "patctl/doctor/pam/pam_prompt.h"

#include <stddef.h>

/* How a module behaves that has no argument of another column: it asks if there is no password. */
static const struct prompter {
	const char *module;
	const char *only;   /* it asks only with this argument */
	const char *always; /* with this one also if there is a password; "": unless first[] says */
	const char *never;  /* with this one not even if there is none */
	const char *undoes; /* with this one it does, all the same */
	bool session;       /* and again in a session */
} prompters[] = {
	{ "pam_unix.so", NULL, NULL, "use_first_pass", NULL, false },
	{ "pam_sss.so", NULL, "prompt_always", "use_first_pass", NULL, false },
	{ "pam_ldap.so", NULL, NULL, "use_first_pass", NULL, false },
	/* use_first_pass: it asks if there is no password. */
	{ "pam_krb5.so", NULL, "", "force_first_pass", NULL, false },
	{ "pam_winbind.so", NULL, "", "use_first_pass", NULL, false },
	{ "pam_radius_auth.so", NULL, "force_prompt", "use_first_pass", NULL, false },
	{ "pam_tacplus.so", NULL, "", "use_first_pass", NULL, false },
	{ "pam_userdb.so", NULL, "", "use_first_pass", "try_first_pass", false },
	{ "pam_pwdfile.so", NULL, NULL, "use_first_pass", NULL, false },
	{ "pam_mysql.so", NULL, "", "use_first_pass", NULL, false },
	{ "pam_mount.so", NULL, NULL, "disable_interactive", NULL, true },
	{ "pam_zfs_key.so", NULL, NULL, "use_first_pass", NULL, true },
	/* Of libpam's options, these know none. */
	{ "pam_kwallet.so", NULL, NULL, NULL, NULL, false },
	{ "pam_kwallet5.so", NULL, NULL, NULL, NULL, false },
	{ "pam_encfs.so", NULL, NULL, NULL, NULL, false },
	{ "pam_script.so", NULL, NULL, NULL, NULL, false },
	{ "pam_shishi.so", NULL, NULL, NULL, NULL, false },
	{ "pam_freerdp2.so", NULL, NULL, NULL, NULL, false },
	{ "pam_x2go.so", NULL, NULL, NULL, NULL, false },
	{ "pam_barada.so", NULL, NULL, NULL, NULL, false },
	{ "pam_exec.so", "expose_authtok", NULL, NULL, NULL, false },
};

/* By which a module takes the password that there is, where "always" is "". */
static const char *const first[] = { "try_first_pass", "use_first_pass", "force_first_pass" };

static const struct prompter *find(const struct stack_line *line)
{
	for (size_t i = 0; i < sizeof(prompters) / sizeof(prompters[0]); i++)
		if (stack_line_is(line, prompters[i].module))
			return &prompters[i];
	return NULL;
}

static bool is_undone(const struct prompter *prompter, const struct stack_line *line)
{
	return prompter->undoes && stack_line_has(line, prompter->undoes);
}

static bool is_quiet(const struct prompter *prompter, const struct stack_line *line)
{
	return (prompter->never && stack_line_has(line, prompter->never) &&
		       !is_undone(prompter, line)) ||
	       (prompter->only && !stack_line_has(line, prompter->only));
}

static bool takes_first(const struct stack_line *line)
{
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (stack_line_has(line, first[i]))
			return true;
	return false;
}

struct prompt prompt_of(const struct stack_line *line, bool has_password)
{
	const struct prompter *prompter = find(line);

	if (!prompter || is_quiet(prompter, line))
		return (struct prompt) { .asks = false };
	if (!has_password)
		return (struct prompt) {
			.asks = true,
			.add = prompter->never,
			.remove = is_undone(prompter, line) ? prompter->undoes : NULL,
		};
	if (!prompter->always)
		return (struct prompt) { .asks = false };
	if (*prompter->always == '\0')
		return (struct prompt) { .asks = !takes_first(line), .add = first[0] };
	return (struct prompt) {
		.asks = stack_line_has(line, prompter->always),
		.remove = prompter->always,
	};
}

struct prompt prompt_of_session(const struct stack_line *line)
{
	const struct prompter *prompter = find(line);

	if (!prompter || !prompter->session || is_quiet(prompter, line))
		return (struct prompt) { .asks = false };
	return (struct prompt) { .asks = true, .add = prompter->never };
}
