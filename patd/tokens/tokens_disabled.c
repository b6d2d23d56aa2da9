/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disabling the tokens of a user, or of everybody. */
#include <errno.h>

#include "patd/tokens/uses.h"

#define NOTIFIED_MAX 1024U /* tokens of one user: for more the loop would be held too long */

struct notifying {
	struct tokens *tokens;
	unsigned int notified;
};

static int notify_row(const struct token *token, void *userdata)
{
	struct notifying *notifying = userdata;

	tokens_notify(notifying->tokens, TOKEN_BULK_CHANGED, token);
	return ++notifying->notified == NOTIFIED_MAX;
}

/* user NULL: everybody's change, which may be millions: nothing. */
static void notify_user(struct tokens *tokens, const char *user)
{
	const struct list_filter filter = { .user = user };
	struct notifying notifying = { .tokens = tokens };

	if (user)
		(void)uses_list(tokens, &filter, notify_row, &notifying);
}

static enum pat_error change_disabled(struct tokens *tokens, const struct caller *caller,
	enum change_kind kind, const char *user, const char *reason, struct refusal *ret_refusal)
{
	const enum operation operation = user ? OP_DISABLE : OP_DISABLE_ALL;
	struct disabled disabled = { .by_uid = caller->uid, .everybody = !user };
	struct entry entry;
	enum pat_error error;
	int r;

	if (user && !tokens_user_nameable(user))
		return tokens_refuse(PAT_ERR_UNKNOWN_USER, NULL, ret_refusal);
	error = tokens_allow(caller, operation, false, ret_refusal);
	if (error != PAT_OK)
		return error;
	entry = tokens_entry(
		tokens, caller, kind == CHANGE_DISABLE ? ENTRY_DISABLED : ENTRY_ENABLED, NULL);
	pat_field_cut(entry.user, sizeof(entry.user), user ? user : "");
	pat_field_cut(entry.detail, sizeof(entry.detail), reason);
	disabled.at = entry.at;
	pat_field_cut(disabled.user, sizeof(disabled.user), user ? user : "");
	pat_field_cut(disabled.reason, sizeof(disabled.reason), reason);
	r = tokens_commit(tokens,
		&(const struct change) { .kind = kind, .disabled = &disabled, .entry = &entry });
	/* It is so already. */
	if (r == (kind == CHANGE_DISABLE ? -EEXIST : -ENOENT))
		return PAT_OK;
	if (r == 0)
		notify_user(tokens, user);
	if (r == 0 && kind == CHANGE_ENABLE)
		tokens_spare_sessions(tokens, NULL, user);
	if (r == 0 && kind == CHANGE_DISABLE && tokens->policy->revoke_ends_sessions)
		tokens_end_sessions(tokens, caller, user);
	return tokens_refuse_errno(r, ret_refusal);
}

enum pat_error tokens_disable(struct tokens *tokens, const struct caller *caller, const char *user,
	const char *reason, struct refusal *ret_refusal)
{
	const char *problem = reason ? tokens_reason_problem(reason) : NULL;

	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, problem, ret_refusal);
	return change_disabled(
		tokens, caller, CHANGE_DISABLE, user, reason ? reason : "", ret_refusal);
}

enum pat_error tokens_enable(struct tokens *tokens, const struct caller *caller, const char *user,
	struct refusal *ret_refusal)
{
	return change_disabled(tokens, caller, CHANGE_ENABLE, user, "", ret_refusal);
}

enum pat_error tokens_list_disabled(struct tokens *tokens, const struct caller *caller,
	disabled_fn fn, void *userdata, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_AUDIT, false, ret_refusal);

	if (error != PAT_OK)
		return error;
	return tokens_refuse_errno(store_list_disabled(tokens->store, fn, userdata), ret_refusal);
}
