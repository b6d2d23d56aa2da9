/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One token, as patd last said.  Times are seconds since 1970 UTC, 0 for never; strings are never
 * NULL and belong to the token until its next "changed".
 *
 * Signals: "changed": some of it is different now.
 */
#pragma once

#include <gio/gio.h>

typedef enum {
	PATD_STATE_ACTIVE,
	PATD_STATE_PENDING,
	PATD_STATE_REVOKED,
	PATD_STATE_DISABLED,
	PATD_STATE_EXHAUSTED,
	PATD_STATE_ENDED,
	PATD_STATE_EXPIRED,
	PATD_STATE_ALTERED,
	PATD_STATE_STALE,
	PATD_STATE_UNKNOWN_ISSUER,
	PATD_STATE_UNKNOWN, /* a word of a later patd */
} PatdState;

/* Of the owner of a fleet token of another machine, whose name alone counts. */
#define PATD_UID_ANY G_MAXUINT32

/* Whether a token of that uid and user, in the words of the contract, is one of the caller's. */
gboolean patd_owner_is_caller(guint32 uid, const char *user);

/* The properties of org.patd.Tokens1.Token, in the words of the contract. */
typedef struct {
	char *id, *name, *user, *hours, *until, *note, *issuer;
	char *revoked_reason, *last_used_service, *last_used_from;
	char **services, **sources, **hosts; /* NULL-terminated; empty: all */
	guint64 created_at, expires_at, not_before, max_uses, uses;
	guint64 revoked_at, revoked_until, rotated_at, former_until, last_used_at;
	guint32 uid, created_by, sessions, rotations;
	gboolean confirm;
	PatdState state;
} PatdTokenInfo;

/*
 * Whether it is a fleet token that another machine has issued, which alone can change it, but for a
 * revocation; and whether patd deletes it as it is.  own_issuer: see patd_service_get_issuer().
 */
gboolean patd_token_is_foreign(const PatdTokenInfo *info, const char *own_issuer);
gboolean patd_token_is_deletable(const PatdTokenInfo *info, const char *own_issuer);

#define PATD_TYPE_TOKEN (patd_token_get_type())
G_DECLARE_FINAL_TYPE(PatdToken, patd_token, PATD, TOKEN, GObject)

/* properties: an a{sv} of ListTokens or of GetAll.  NULL if it has no Id. */
PatdToken *patd_token_new(GVariant *properties);

/* Takes the properties that are in an a{sv}; emits "changed", and returns TRUE, if any differs. */
gboolean patd_token_update(PatdToken *token, GVariant *properties);

const PatdTokenInfo *patd_token_get_info(PatdToken *token);

/* Of its object on the bus; owned by the caller. */
char *patd_token_dup_path(PatdToken *token);

/* As in patd's listings: by the bytes of user, by uid, by the bytes of name. */
int patd_token_compare(PatdToken *one, PatdToken *other);
