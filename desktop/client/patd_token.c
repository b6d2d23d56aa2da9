/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token, and how its properties are read. */
#include "desktop/client/patd_token.h"

#include <unistd.h>

#include "desktop/client/fields.h"
#include "desktop/client/service.h"

struct _PatdToken {
	GObject parent;
	PatdTokenInfo info;
};

G_DEFINE_FINAL_TYPE(PatdToken, patd_token, G_TYPE_OBJECT)

static guint changed_signal;

#define TEXT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TEXT, G_STRUCT_OFFSET(PatdTokenInfo, member)                       \
	}
#define TEXTS(key, member)                                                                         \
	{                                                                                          \
		key, PATD_FIELD_TEXTS, G_STRUCT_OFFSET(PatdTokenInfo, member)                      \
	}
#define TIME(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_TIME, G_STRUCT_OFFSET(PatdTokenInfo, member)                       \
	}
#define UINT(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_UINT, G_STRUCT_OFFSET(PatdTokenInfo, member)                       \
	}
#define FLAG(key, member)                                                                          \
	{                                                                                          \
		key, PATD_FIELD_FLAG, G_STRUCT_OFFSET(PatdTokenInfo, member)                       \
	}

/* In patd's order.  Without Id, which never changes, and State. */
static const PatdField fields[] = {
	TEXT("Name", name),
	UINT("Uid", uid),
	TEXT("User", user),
	TIME("CreatedAt", created_at),
	UINT("CreatedBy", created_by),
	TIME("ExpiresAt", expires_at),
	TEXTS("Services", services),
	TEXTS("Sources", sources),
	TEXT("Hours", hours),
	TIME("NotBefore", not_before),
	TIME("MaxUses", max_uses),
	FLAG("Confirm", confirm),
	TEXT("Until", until),
	TEXTS("Hosts", hosts),
	TIME("Uses", uses),
	UINT("Sessions", sessions),
	TIME("RevokedAt", revoked_at),
	TIME("RevokedUntil", revoked_until),
	TEXT("RevokedReason", revoked_reason),
	UINT("Rotations", rotations),
	TIME("RotatedAt", rotated_at),
	TIME("FormerUntil", former_until),
	TIME("LastUsedAt", last_used_at),
	TEXT("LastUsedService", last_used_service),
	TEXT("LastUsedFrom", last_used_from),
	TEXT("Note", note),
	TEXT("Issuer", issuer),
	{ 0 },
};

static const char *const state_words[] = {
	[PATD_STATE_ACTIVE] = "active",
	[PATD_STATE_PENDING] = "pending",
	[PATD_STATE_REVOKED] = "revoked",
	[PATD_STATE_DISABLED] = "disabled",
	[PATD_STATE_EXHAUSTED] = "exhausted",
	[PATD_STATE_ENDED] = "ended",
	[PATD_STATE_EXPIRED] = "expired",
	[PATD_STATE_ALTERED] = "altered",
	[PATD_STATE_STALE] = "stale",
	[PATD_STATE_UNKNOWN_ISSUER] = "unknown-issuer",
};

static PatdState state_of(const char *word)
{
	for (guint i = 0; i < G_N_ELEMENTS(state_words); i++)
		if (strcmp(state_words[i], word) == 0)
			return (PatdState)i;
	return PATD_STATE_UNKNOWN;
}

gboolean patd_owner_is_caller(guint32 uid, const char *user)
{
	return uid == geteuid() || (uid == PATD_UID_ANY && g_str_equal(user, g_get_user_name()));
}

gboolean patd_token_is_foreign(const PatdTokenInfo *info, const char *own_issuer)
{
	return *info->issuer != '\0' && !g_str_equal(info->issuer, own_issuer);
}

gboolean patd_token_is_deletable(const PatdTokenInfo *info, const char *own_issuer)
{
	if (info->state == PATD_STATE_REVOKED)
		return !patd_token_is_foreign(info, own_issuer);
	return info->state == PATD_STATE_ALTERED || info->state == PATD_STATE_UNKNOWN_ISSUER;
}

static gboolean take_state(PatdTokenInfo *info, GVariant *properties)
{
	const PatdState former = info->state;
	const char *word;

	if (g_variant_lookup(properties, "State", "&s", &word))
		info->state = state_of(word);
	return info->state != former;
}

/* A part of a path on the bus. */
static gboolean is_id(const char *text)
{
	const char *p = text;

	while (g_ascii_isalnum(*p))
		p++;
	return p > text && *p == '\0';
}

PatdToken *patd_token_new(GVariant *properties)
{
	PatdToken *token;
	const char *id;

	if (!g_variant_lookup(properties, "Id", "&s", &id) || !is_id(id))
		return NULL;
	token = g_object_new(PATD_TYPE_TOKEN, NULL);
	token->info.id = g_strdup(id);
	(void)take_state(&token->info, properties);
	(void)patd_fields_take(fields, &token->info, properties);
	return token;
}

gboolean patd_token_update(PatdToken *token, GVariant *properties)
{
	const gboolean state_changed = take_state(&token->info, properties);
	const gboolean changed =
		patd_fields_take(fields, &token->info, properties) || state_changed;

	if (changed)
		g_signal_emit(token, changed_signal, 0);
	return changed;
}

const PatdTokenInfo *patd_token_get_info(PatdToken *token)
{
	return &token->info;
}

char *patd_token_dup_path(PatdToken *token)
{
	return g_strconcat(PATD_TOKEN_PATH, token->info.id, NULL);
}

int patd_token_compare(PatdToken *one, PatdToken *other)
{
	const PatdTokenInfo *a = &one->info, *b = &other->info;
	int r = strcmp(a->user, b->user);

	if (r == 0)
		r = (a->uid > b->uid) - (a->uid < b->uid);
	if (r == 0)
		r = strcmp(a->name, b->name);
	/* Two of one name are there for a moment, if one was renamed before the other. */
	return r != 0 ? r : strcmp(a->id, b->id);
}

static void patd_token_finalize(GObject *object)
{
	PatdToken *token = PATD_TOKEN(object);

	g_free(token->info.id);
	patd_fields_clear(fields, &token->info);
	G_OBJECT_CLASS(patd_token_parent_class)->finalize(object);
}

static void patd_token_class_init(PatdTokenClass *class)
{
	G_OBJECT_CLASS(class)->finalize = patd_token_finalize;
	changed_signal = g_signal_new(
		"changed", PATD_TYPE_TOKEN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void patd_token_init(PatdToken *token)
{
	/* Fails closed: a token without a State is not shown as one that works. */
	token->info.state = PATD_STATE_UNKNOWN;
	patd_fields_init(fields, &token->info);
}
