/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may do what: one row for each operation.  Decides by uid, name and what polkit granted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "patd/model/token.h"

/* What polkit can grant; see dbus/org.patd.tokens1.policy. */
enum action {
	ACTION_NONE,
	ACTION_GENERATE_OWN,
	ACTION_RESTORE_OWN,
	ACTION_ROTATE_OWN,
	ACTION_MANAGE_OTHERS,
	ACTION_SET_POLICY,
	ACTION_CONFIRM_OWN,
	ACTION_CONFIRM_OTHERS,
	ACTIONS,
	ACTION_ROOT = ACTIONS /* what only uid 0 may: polkit cannot grant it */
};

enum operation {
	OP_GENERATE,
	OP_LIST,
	OP_FOLLOW,
	OP_REVOKE,
	OP_RESTORE,
	OP_ROTATE,
	OP_ROTATE_EXPIRY, /* rotate, with another expiration */
	OP_RENAME,
	OP_SET,   /* what of a token does not widen it, or is only a note */
	OP_WIDEN, /* a token */
	OP_DELETE,
	OP_DISABLE, /* a user, be it the caller; or enable */
	OP_DISABLE_ALL,
	OP_CHECK,   /* a token, with its secret */
	OP_APPROVE, /* a use of a token */
	OP_DENY,
	OP_BACKUP,
	OP_FLEET_KEY, /* to sign fleet tokens with another */
	OP_AUDIT,     /* the history as a whole, and who is disabled */
	OPERATIONS
};

/* Who asks.  uid 0 may do everything.  user is the name of uid, never empty. */
struct caller {
	uint32_t uid;
	char user[TOKEN_USER_BYTES_MAX + 1];
	unsigned int granted; /* a bit for each action, 1 << enum action */
	/*
	 * Another process says so, patd-bus.  As uid 0 it may do everything that polkit can grant,
	 * and nothing that only root may.
	 */
	bool by_front;
};

/* The action's name for polkit.  Static; NULL for ACTION_NONE and ACTION_ROOT. */
const char *authority_action_text(enum action action);

/* Whether what is bound to uid, or to TOKEN_UID_ANY, and to user is the caller's own. */
bool authority_owns(const struct caller *caller, uint32_t uid, const char *user);

/*
 * Whether the caller generated it, too.  What somebody else restricted for the owner is not the
 * owner's to widen: tokens.self_services holds for a token that is self-made alone.
 */
bool authority_made_own(const struct caller *caller, const struct token *token);

/* What the caller lacks for the operation, on its own or on others'; ACTION_NONE: it may. */
enum action authority_lacks(const struct caller *caller, enum operation operation, bool own);
