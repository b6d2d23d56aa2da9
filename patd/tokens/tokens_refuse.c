/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is refused, and in which words. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/tokens/tokens_private.h"

static const char *const whys[PAT_ERRORS] = {
	[PAT_ERR_NAME_TAKEN] = N_("the user already has a token of this name"),
	[PAT_ERR_UNKNOWN_USER] = N_("no user with this name can have tokens"),
	[PAT_ERR_NOT_FOUND] = N_("no such token"),
	[PAT_ERR_AGAINST_POLICY] = N_("the policy of this machine does not allow it"),
	[PAT_ERR_DENIED] = N_("only an administrator may do that"),
	[PAT_ERR_STORAGE] = N_("the database failed, nothing was changed; see the log of patd"),
	[PAT_ERR_NO_MEMORY] = N_("out of memory, nothing was changed"),
};

enum pat_error tokens_refuse(enum pat_error error, const char *why, struct refusal *ret_refusal)
{
	*ret_refusal = (struct refusal) { .why = why ? why : whys[error] };
	return error;
}

enum pat_error tokens_refuse_errno(int r, struct refusal *ret_refusal)
{
	if (r >= 0)
		return PAT_OK;
	switch (r) {
	case -ENOENT:
		return tokens_refuse(PAT_ERR_NOT_FOUND, NULL, ret_refusal);
	case -EEXIST:
		return tokens_refuse(PAT_ERR_NAME_TAKEN, NULL, ret_refusal);
	case -ENOMEM:
		return tokens_refuse(PAT_ERR_NO_MEMORY, NULL, ret_refusal);
	case -EAGAIN:
		return tokens_refuse(PAT_ERR_BUSY,
			N_("the database is being written to disk; try again"), ret_refusal);
	case -EINPROGRESS:
		return tokens_refuse(PAT_ERR_BUSY,
			N_("patd was restored from a backup, and the fleet's hub was not asked yet "
			   "for what it lacks: see patctl fleet status; try again after that"),
			ret_refusal);
	case -ENOSPC:
		return tokens_refuse(
			PAT_ERR_STORAGE, N_("the disk is full; nothing was changed"), ret_refusal);
	default:
		return tokens_refuse(PAT_ERR_STORAGE, NULL, ret_refusal);
	}
}

enum pat_error tokens_refuse_unsynced(enum pat_error error, struct refusal *ret_refusal)
{
	return tokens_refuse(PAT_ERR_STORAGE,
		error == PAT_OK ? N_("the change is made, but is not on disk: after a power cut "
				     "it may be undone; see the log of patd")
				: N_("the disk fails: this cannot be said for sure; see the log of "
				     "patd"),
		ret_refusal);
}

enum pat_error tokens_allow(const struct caller *caller, enum operation operation, bool own,
	struct refusal *ret_refusal)
{
	enum action lacks = authority_lacks(caller, operation, own);

	if (lacks == ACTION_NONE)
		return PAT_OK;
	/* For what only root may, there is nothing to ask polkit. */
	*ret_refusal = (struct refusal) {
		.why = whys[PAT_ERR_DENIED],
		.lacks = lacks == ACTION_ROOT ? ACTION_NONE : lacks,
		.operation = operation,
	};
	return PAT_ERR_DENIED;
}

enum pat_error tokens_may_follow(const struct caller *caller, bool all, struct refusal *ret_refusal)
{
	return tokens_allow(caller, OP_FOLLOW, !all, ret_refusal);
}

enum pat_error tokens_may_backup(const struct caller *caller, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_BACKUP, true, ret_refusal);

	if (error != PAT_OK)
		ret_refusal->why = N_("only root may make a backup");
	return error;
}

enum pat_error tokens_ratelimit(
	struct tokens *tokens, const struct caller *caller, struct refusal *ret_refusal)
{
	uint64_t now_us = clock_since_boot_us(tokens->clock);
	const bool administrator =
		caller->uid == 0 || (caller->granted & 1U << ACTION_MANAGE_OTHERS) != 0;
	/* Of administrators on the bus there is somebody else's word only: together they have one.
	 */
	struct ratelimit *limit = administrator ? &tokens->bus_changes : &tokens->changes;

	if ((administrator && !caller->by_front) ||
		ratelimit_take(limit, administrator ? 0 : caller->uid, now_us))
		return PAT_OK;
	return tokens_refuse(PAT_ERR_BUSY,
		N_("you have changed tokens too often; try again later (revoking permanently is "
		   "always possible)"),
		ret_refusal);
}

/* A name that shows up in a dialog is one that a user can have. */
bool tokens_user_nameable(const char *user)
{
	return !pat_name_problem(user) && strlen(user) <= TOKEN_USER_BYTES_MAX;
}

enum pat_error tokens_allow_list(const struct caller *caller, const char *user, bool all,
	const char *problem, bool *ret_own, struct refusal *ret_refusal)
{
	if (all && user)
		problem = "give user or all, not both";
	else if (user && !tokens_user_nameable(user))
		problem = "user is no name of a user";
	if (problem)
		return tokens_refuse(PAT_ERR_INVALID_ARGS, problem, ret_refusal);
	/* root sees a name, be it its own, under every uid that it was bound to. */
	*ret_own = !all && (!user || (caller->uid != 0 && strcmp(user, caller->user) == 0));
	return tokens_allow(caller, OP_LIST, *ret_own, ret_refusal);
}

const char *tokens_reason_problem(const char *reason)
{
	if (pat_name_problem(reason) || strlen(reason) > TOKEN_REASON_MAX)
		return N_("a reason is 1 to 255 bytes of UTF-8 without control characters");
	return NULL;
}
