/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may do what. */
#include "patd/rules/authority.h"

#include <string.h>

static const char *const texts[ACTIONS + 1] = {
	[ACTION_GENERATE_OWN] = "org.patd.tokens1.generate-own",
	[ACTION_RESTORE_OWN] = "org.patd.tokens1.restore-own",
	[ACTION_ROTATE_OWN] = "org.patd.tokens1.rotate-own",
	[ACTION_MANAGE_OTHERS] = "org.patd.tokens1.manage-others",
	[ACTION_SET_POLICY] = "org.patd.tokens1.set-policy",
	[ACTION_CONFIRM_OWN] = "org.patd.tokens1.confirm",
	[ACTION_CONFIRM_OTHERS] = "org.patd.tokens1.confirm-others",
};

/*
 * What takes access away is free on one's own.  What gives access is not: else any process of
 * the user could make itself a credential for sudo.
 */
static const struct {
	enum action own, others;
} needs[OPERATIONS] = {
	[OP_GENERATE] = { ACTION_GENERATE_OWN, ACTION_MANAGE_OTHERS },
	[OP_LIST] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	[OP_FOLLOW] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	[OP_REVOKE] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	[OP_RESTORE] = { ACTION_RESTORE_OWN, ACTION_MANAGE_OTHERS },
	[OP_ROTATE] = { ACTION_ROTATE_OWN, ACTION_MANAGE_OTHERS },
	[OP_ROTATE_EXPIRY] = { ACTION_ROTATE_OWN, ACTION_MANAGE_OTHERS },
	[OP_RENAME] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	[OP_SET] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	/* As a restore, it gives a secret access that it did not have. */
	[OP_WIDEN] = { ACTION_RESTORE_OWN, ACTION_MANAGE_OTHERS },
	[OP_DELETE] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	[OP_DISABLE] = { ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
	[OP_DISABLE_ALL] = { ACTION_SET_POLICY, ACTION_SET_POLICY },
	/* A thief of a secret must not learn why it is denied. */
	[OP_CHECK] = { ACTION_NONE, ACTION_ROOT },
	/* Never kept: each use is approved by itself. */
	[OP_APPROVE] = { ACTION_CONFIRM_OWN, ACTION_CONFIRM_OTHERS },
	[OP_DENY] = { ACTION_NONE, ACTION_MANAGE_OTHERS },
	/* Who has a backup has the key. */
	[OP_BACKUP] = { ACTION_ROOT, ACTION_ROOT },
	[OP_FLEET_KEY] = { ACTION_ROOT, ACTION_ROOT },
	[OP_AUDIT] = { ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
};

const char *authority_action_text(enum action action)
{
	return texts[action];
}

bool authority_owns(const struct caller *caller, uint32_t uid, const char *user)
{
	return token_uid_fits(uid, caller->uid) && strcmp(caller->user, user) == 0;
}

bool authority_made_own(const struct caller *caller, const struct token *token)
{
	return authority_owns(caller, token->uid, token->user) && token->created_by == token->uid;
}

enum action authority_lacks(const struct caller *caller, enum operation operation, bool own)
{
	enum action action = own ? needs[operation].own : needs[operation].others;

	if (action == ACTION_ROOT)
		return caller->uid == 0 && !caller->by_front ? ACTION_NONE : ACTION_ROOT;
	if (caller->uid == 0 || (caller->granted & 1U << action) != 0)
		return ACTION_NONE;
	return action;
}
