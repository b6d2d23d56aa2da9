/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disabling the tokens of a user, or of everybody. */
#include <errno.h>

#include "patd/tokens/tokens_private.h"

static enum operation operation_on(const char *user)
{
	return user[0] == '\0' ? OP_DISABLE_ALL : OP_DISABLE;
}

static enum pat_error allow(
	const struct caller *caller, const char *user, struct refusal *ret_refusal)
{
	if (user[0] != '\0' && !tokens_user_nameable(user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	return tokens_allow(caller, operation_on(user), false, ret_refusal);
}

#define NOTIFIED_MAX 1024U /* tokens of one user: for more the loop would be held too long */

struct notifying {
	struct tokens *tokens;
	unsigned int notified;
};

static int notify_row(const struct token *token, void *userdata)
{
	struct notifying *notifying = userdata;

	tokens_notify(notifying->tokens, TOKEN_AFFECTED, token);
	return ++notifying->notified == NOTIFIED_MAX;
}

/* Not where everybody's change: there may be millions. */
static void notify_user(struct tokens *tokens, const char *user)
{
	const struct list_filter filter = { .user = user };
	struct notifying notifying = { .tokens = tokens };

	if (user[0] != '\0')
		(void)store_list(tokens->store, &filter, notify_row, &notifying);
}

enum pat_error tokens_disable(struct tokens *tokens, const struct caller *caller, const char *user,
	const char *reason, struct refusal *ret_refusal)
{
	const char *problem = reason ? tokens_reason_problem(reason) : NULL;
	struct disabled disabled = { .by_uid = caller->uid };
	struct entry entry;
	enum pat_error error;
	int r;

	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	error = allow(caller, user, ret_refusal);
	if (error != PAT_OK)
		return error;
	entry = tokens_entry(tokens, caller, ENTRY_DISABLED, NULL);
	pat_field_cut(entry.user, sizeof(entry.user), user);
	pat_field_cut(entry.detail, sizeof(entry.detail), reason ? reason : "");
	disabled.at = entry.at;
	pat_field_cut(disabled.user, sizeof(disabled.user), user);
	pat_field_cut(disabled.reason, sizeof(disabled.reason), reason ? reason : "");
	r = tokens_write(
		tokens, &(const struct change) {
				.kind = CHANGE_DISABLE, .disabled = &disabled, .entry = &entry });
	if (r == -EEXIST)
		return PAT_OK;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	notify_user(tokens, user);
	return PAT_OK;
}

enum pat_error tokens_enable(struct tokens *tokens, const struct caller *caller, const char *user,
	struct refusal *ret_refusal)
{
	struct entry entry;
	enum pat_error error = allow(caller, user, ret_refusal);
	int r;

	if (error != PAT_OK)
		return error;
	entry = tokens_entry(tokens, caller, ENTRY_ENABLED, NULL);
	pat_field_cut(entry.user, sizeof(entry.user), user);
	r = tokens_write(tokens,
		&(const struct change) { .kind = CHANGE_ENABLE, .user = user, .entry = &entry });
	if (r == -ENOENT)
		return PAT_OK;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	notify_user(tokens, user);
	return PAT_OK;
}

enum pat_error tokens_list_disabled(struct tokens *tokens, const struct caller *caller,
	disabled_fn fn, void *userdata, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_AUDIT, false, ret_refusal);
	int r;

	if (error != PAT_OK)
		return error;
	r = store_list_disabled(tokens->store, fn, userdata);
	return r < 0 ? tokens_refuse_errno(r, ret_refusal) : PAT_OK;
}
