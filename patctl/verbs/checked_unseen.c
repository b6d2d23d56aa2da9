/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patctl check does not see of a login. */
#include <unistd.h>

#include "common/l10n.h"
#include "common/restriction.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json.h"
#include "patctl/verbs/checked.h"

static bool needs_approval(const struct token_row *token)
{
	const bool *confirm = token_row_restriction(token, PAT_CONFIRM);

	return *confirm;
}

static bool needs_claim(const struct token_row *token)
{
	return token->issuer[0] != '\0' && token->limits.max_uses != 0;
}

/* The restrictions that are checked by an option only. */
static const struct {
	enum pat_restriction restriction; /* a list */
	const struct option_info *option;
	const char *word; /* for programs */
} by_option[] = {
	{ PAT_SERVICES, &option_service, "restricted-service" },
	{ PAT_SOURCES, &option_from, "source" },
};

#define BY_OPTION (sizeof(by_option) / sizeof(by_option[0]))

/* The token's own list, where it was left out of the check; NULL: there is none, or it was not. */
static const char *left_out(const struct checked *checked, size_t i)
{
	const char *list = token_row_restriction(checked->token, by_option[i].restriction);

	return *list != '\0' && !command_given(checked->command, by_option[i].option) ? list : NULL;
}

static void print_left_out(const char *list, const struct option_info *option)
{
	cleanup_text char *safe = text_safe(list);

	note(_("Not checked: its --%s=%s; to check it, give --%s.\n"), option->name, safe,
		option->name);
}

/* Whether the terminal, which is not asked about, decides that a login is local. */
static bool depends_on_terminal(const struct checked *checked)
{
	const char *service = command_value(checked->command, &option_service),
		   *from = command_value(checked->command, &option_from),
		   *sources = token_row_restriction(checked->token, PAT_SOURCES);

	return service && from && source_kind(from) == SOURCE_LOCAL && *sources != '\0' &&
	       source_list_has(PAT_CONSOLE_SERVICES, service);
}

json_t *checked_unseen_words(const struct checked *checked)
{
	json_t *words = json_must(json_array());

	if (checked->verdict->account == CLIENT_ACCOUNT_UNSEEN)
		json_append(words, json_of_text("account"));
	if (depends_on_terminal(checked))
		json_append(words, json_of_text("terminal"));
	for (size_t i = 0; i < BY_OPTION; i++)
		if (left_out(checked, i))
			json_append(words, json_of_text(by_option[i].word));
	if (checked->stack_unread)
		json_append(words, json_of_text("stack"));
	json_append(words, json_of_text("account-phase"));
	json_append(words, json_of_text("service"));
	if (needs_approval(checked->token))
		json_append(words, json_of_text("approval"));
	if (needs_claim(checked->token))
		json_append(words, json_of_text("uses"));
	return words;
}

void checked_print_unseen(const struct checked *checked)
{
	const char *given = command_value(checked->command, &option_service);
	cleanup_text char *user = text_safe(checked->token->user),
			  *service = text_safe(given ? given : "");

	if (checked->verdict->account == CLIENT_ACCOUNT_UNSEEN && geteuid() != 0)
		note(_("Not checked: whether the account of user %s has expired or is locked, "
		       "which only root can see.\n"),
			user);
	else if (checked->verdict->account == CLIENT_ACCOUNT_UNSEEN)
		note(_("Not checked: the account of user %s, because the user database does "
		       "not answer.\n"),
			user);
	if (needs_approval(checked->token))
		note(_("Each use of this token waits for an approval: see patctl help approve.\n"));
	if (needs_claim(checked->token))
		note(_("Not checked: whether uses are left, which the hub of the fleet counts.\n"));
	if (depends_on_terminal(checked))
		note(_("Not checked: the terminal.  Logins through %s are local at the console "
		       "only, and\nnot on a pseudo terminal (/dev/pts) or without a terminal.\n"),
			service);
	if (checked->stack_unread)
		note(_("Not checked: whether service %s asks for a token, because its PAM files "
		       "cannot\nbe read.\n"),
			service);
	for (size_t i = 0; i < BY_OPTION; i++) {
		const char *list = left_out(checked, i);

		if (list)
			print_left_out(list, by_option[i].option);
	}
	note(_("Not checked: the account phase of PAM (password ageing, pam_access, "
	       "pam_nologin)\nand the service's own rules (AllowUsers of sshd, sudoers); "
	       "they can still refuse.\n"));
}
