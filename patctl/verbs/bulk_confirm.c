/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The question before a change of many tokens. */
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/bulk_change.h"

#define SHOWN_MAX 20 /* tokens, or users, in a question */

/* Appends a line, which it frees. */
static void add_line(char **text, char *line)
{
	cleanup_text char *before = *text, *added = line;

	*text = text_format("%s\n  %s", before, added);
}

/* users: whether each token is named with its user. */
static void add_tokens(const struct sorted_list *tokens, bool users, char **text)
{
	for (size_t i = 0; i < tokens->n; i++) {
		struct token_row token;
		cleanup_text char *name = NULL, *user = NULL;

		sorted_list_get(tokens, i, &token);
		name = text_safe(token.name);
		user = text_safe(token.user);
		add_line(text,
			users ? text_format(_("%s (%s) of user %s"), name, token.id.text, user)
			      : text_format("%s (%s)", name, token.id.text));
	}
}

/* The user of the token at place i, and how many there are of the same user from there on. */
static size_t count_user(const struct sorted_list *tokens, size_t i, struct token_row *ret)
{
	struct token_row token;
	size_t n = 1;

	sorted_list_get(tokens, i, ret);
	for (; i + n < tokens->n; n++) {
		sorted_list_get(tokens, i + n, &token);
		if (strcmp(token.user, ret->user) != 0)
			break;
	}
	return n;
}

static size_t count_users(const struct sorted_list *tokens)
{
	struct token_row token;
	size_t users = 0;

	for (size_t i = 0; i < tokens->n; i += count_user(tokens, i, &token))
		users++;
	return users;
}

static void add_users(const struct sorted_list *tokens, size_t users, char **text)
{
	struct token_row token;
	size_t shown = 0;

	for (size_t i = 0, n; i < tokens->n && shown < SHOWN_MAX; i += n, shown++) {
		cleanup_text char *user = NULL;

		n = count_user(tokens, i, &token);
		user = text_safe(token.user);
		add_line(text,
			text_format(P_("user %s: %zu token", "user %s: %zu tokens", n), user, n));
	}
	if (users > shown)
		add_line(text,
			text_format(P_("and %zu more user", "and %zu more users", users - shown),
				users - shown));
}

/* "This revokes 3 tokens of 2 users:"; the caller owns it. */
static char *first_line(const struct change *change, size_t n, const char *whose)
{
	if (change->revocation)
		return text_format(
			P_("This revokes %zu token %s:", "This revokes %zu tokens %s:", n), n,
			whose);
	if (change->restores)
		return text_format(
			P_("This restores %zu token %s:", "This restores %zu tokens %s:", n), n,
			whose);
	return text_format(P_("This permanently deletes %zu token %s:",
				   "This permanently deletes %zu tokens %s:", n),
		n, whose);
}

bool bulk_confirm(const struct change *change, const struct sorted_list *tokens)
{
	const size_t users = count_users(tokens);
	cleanup_text char *text = NULL, *user = NULL, *whose = NULL, *question = NULL;
	struct token_row first;

	sorted_list_get(tokens, 0, &first);
	user = text_safe(first.user);
	whose = users == 1 ? text_format(_("of user %s"), user)
			   : text_format(_("of %zu users"), users);
	text = first_line(change, tokens->n, whose);
	if (tokens->n <= SHOWN_MAX)
		add_tokens(tokens, users > 1, &text);
	else
		add_users(tokens, users, &text);
	question = text_format("%s\n%s", text, _("Continue?"));
	return terminal_confirm(question);
}
